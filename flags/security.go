package flags

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/moby/sys/capability"
)

// AllCapabilities is the word for every capability that the host can give.
const AllCapabilities = "ALL"

// Capability reads a value of --cap-add and --cap-drop: a name of
// capabilities(7), in any case, with or without CAP_, or ALL. It gives
// the name with CAP_, or AllCapabilities.
func Capability(text string) (string, error) {
	name := strings.ToUpper(text)
	if name == AllCapabilities {
		return name, nil
	}
	if !strings.HasPrefix(name, "CAP_") {
		name = "CAP_" + name
	}
	for _, known := range capability.ListKnown() {
		if name == "CAP_"+strings.ToUpper(known.String()) {
			return name, nil
		}
	}
	return "", fmt.Errorf("parsing capability %q: no such capability; give a name such as NET_RAW, or ALL", text)
}

// SecurityOptions are the values of --security-opt. The zero value is that of a
// command line without any.
type SecurityOptions struct {
	Seccomp         string // Unconfined, or the text of a profile
	AppArmor        string // Unconfined, or the name of a profile
	NoNewPrivileges *bool
	OpenPaths       bool // no path is masked or read-only
}

// Unconfined asks for no profile.
const Unconfined = "unconfined"

// Security reads the values of --security-opt, as docker has them: NAME=VALUE,
// or NAME:VALUE. It reads the file of a seccomp profile.
func Security(words []string) (options SecurityOptions, err error) {
	for _, word := range words {
		if err := options.read(word); err != nil {
			return options, fmt.Errorf("parsing security option %q: %w", word, err)
		}
	}
	return options, nil
}

func (o *SecurityOptions) read(word string) (err error) {
	at := strings.IndexAny(word, "=:")
	if at < 0 {
		at = len(word)
	}
	name, value := word[:at], strings.TrimLeft(word[at:], "=:")
	if value == "" && name != "no-new-privileges" {
		return fmt.Errorf("write it as NAME=VALUE, such as seccomp=profile.json")
	}
	switch name {
	case "seccomp":
		o.Seccomp, err = seccompProfile(value)
	case "apparmor":
		o.AppArmor = value
	case "no-new-privileges":
		o.NoNewPrivileges, err = yesOrNo(value)
	case "systempaths":
		o.OpenPaths = true
		err = only(value, Unconfined)
	case "label":
		// Labels are SELinux's; without them nothing is to be switched off.
		err = only(value, "disable")
	default:
		err = fmt.Errorf("there are seccomp, apparmor, no-new-privileges and systempaths")
	}
	return err
}

func only(value, possible string) error {
	if value != possible {
		return fmt.Errorf("the only value is %s", possible)
	}
	return nil
}

func yesOrNo(value string) (*bool, error) {
	yes := true
	if value == "" {
		return &yes, nil
	}
	yes, err := strconv.ParseBool(value)
	if err != nil {
		return nil, fmt.Errorf("the value is true or false")
	}
	return &yes, nil
}

// seccompProfile gives the text of a profile's file. "builtin" is docker's word
// for the default.
func seccompProfile(value string) (string, error) {
	switch value {
	case Unconfined:
		return Unconfined, nil
	case "builtin":
		return "", nil
	}
	text, err := os.ReadFile(value)
	if err != nil {
		return "", err
	}
	if !json.Valid(text) {
		return "", fmt.Errorf("the file is not JSON")
	}
	return string(text), nil
}

// Sysctls reads the values of --sysctl, NAME=VALUE.
func Sysctls(words []string) (map[string]string, error) {
	sysctls := map[string]string{}
	for _, word := range words {
		name, value, found := strings.Cut(word, "=")
		if !found || name == "" || strings.ContainsAny(word, "\x00\n") {
			return nil, fmt.Errorf("parsing sysctl %q: write it as NAME=VALUE, such as net.core.somaxconn=1024", word)
		}
		sysctls[name] = value
	}
	return sysctls, nil
}
