package engine

import (
	"errors"
	"fmt"
	"slices"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container"
	"mydocker/container/apparmor"
	"mydocker/container/seccomp"
	"mydocker/flags"
)

// Security is what a user says of how far a container is shut in. The zero value
// is the default profile.
type Security struct {
	Privileged      bool                      `json:"privileged,omitempty"`
	CapAdd          []string                  `json:"capAdd,omitempty"`  // with CAP_, or ALL
	CapDrop         []string                  `json:"capDrop,omitempty"` // likewise
	Seccomp         string                    `json:"seccomp,omitempty"` // unconfined, or the text of a profile
	AppArmor        string                    `json:"appArmor,omitempty"`
	NoNewPrivileges *bool                     `json:"noNewPrivileges,omitempty"`
	OpenPaths       bool                      `json:"openPaths,omitempty"`
	Devices         []flags.Device            `json:"devices,omitempty"`
	DeviceRules     []specs.LinuxDeviceCgroup `json:"deviceRules,omitempty"`
}

// isDefault tells whether nothing is said that could be wrong.
func (s Security) isDefault() bool {
	return len(s.CapAdd)+len(s.CapDrop)+len(s.Devices)+len(s.DeviceRules) == 0 && s.Seccomp == "" && s.AppArmor == ""
}

// capabilities gives what the container's root has, sorted: by docker's rules,
// out of podman's default, and no more than this host can give by default.
func (s Security) capabilities() ([]string, error) {
	held, err := container.HeldCapabilities()
	if err != nil {
		return nil, err
	}
	var set []string
	switch {
	case slices.Contains(s.CapAdd, flags.AllCapabilities):
		set = held
	case slices.Contains(s.CapDrop, flags.AllCapabilities):
	case s.Privileged:
		set = held
	default:
		set = slices.DeleteFunc(container.DefaultCapabilities(), func(name string) bool { return !slices.Contains(held, name) })
	}
	set = slices.DeleteFunc(set, func(name string) bool { return slices.Contains(s.CapDrop, name) })
	for _, name := range s.CapAdd {
		if name != flags.AllCapabilities {
			set = append(set, name)
		}
	}
	slices.Sort(set)
	return slices.Compact(set), nil
}

// giveCapabilities puts them into the words of the runtime-spec. Those that are
// inherited over execve(2) are none, so that a program of another user gets
// none.
func giveCapabilities(set []string) *specs.LinuxCapabilities {
	return &specs.LinuxCapabilities{Bounding: set, Permitted: set, Effective: set}
}

// noNewPrivileges tells whether set-user-ID programs and file capabilities give
// nothing in the container.
func (s Security) noNewPrivileges() bool {
	if s.NoNewPrivileges != nil {
		return *s.NoNewPrivileges
	}
	return !s.Privileged
}

// hidesPaths tells whether parts of procfs and sysfs are masked or read-only.
func (s Security) hidesPaths() bool { return !s.Privileged && !s.OpenPaths }

// filter gives the filter of system calls for a container with these
// capabilities; nil for none.
func (s Security) filter(capabilities []string) (*seccomp.Filter, error) {
	var filter seccomp.Filter
	var err error
	switch {
	case s.Seccomp == flags.Unconfined, s.Seccomp == "" && s.Privileged:
		return nil, nil
	case s.Seccomp == "":
		filter, err = seccomp.Default(capabilities)
	default:
		filter, err = seccomp.Parse([]byte(s.Seccomp), capabilities)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the seccomp profile: %w", err)
	}
	return &filter, nil
}

// profile gives the AppArmor profile: "" where there is none.
func (s Security) profile() string {
	switch {
	case s.AppArmor == flags.Unconfined, s.AppArmor == "" && s.Privileged:
		return ""
	case s.AppArmor != "":
		return s.AppArmor
	case apparmor.Enabled() && apparmor.CanLoad():
		return apparmor.DefaultProfile
	}
	return ""
}

// words gives the security options as they are written on a command line.
func (s Security) words() (words []string) {
	if s.Seccomp != "" {
		words = append(words, "seccomp="+s.Seccomp)
	}
	if s.AppArmor != "" {
		words = append(words, "apparmor="+s.AppArmor)
	}
	if s.NoNewPrivileges != nil {
		words = append(words, fmt.Sprintf("no-new-privileges=%v", *s.NoNewPrivileges))
	}
	if s.OpenPaths {
		words = append(words, "systempaths=unconfined")
	}
	return words
}

// checkSecurity refuses, before the host changes, what could not be given.
func (e *Engine) checkSecurity(record *Record) error {
	if record.Security.isDefault() && len(record.Sysctls) == 0 {
		return nil
	}
	capabilities, err := record.Security.capabilities()
	if err != nil {
		return err
	}
	if _, err := record.Security.filter(capabilities); err != nil {
		return err
	}
	if err := record.findDevices(); err != nil {
		return err
	}
	record.AppArmor = record.Security.profile()
	config, err := e.containerConfig(record)
	if err != nil {
		return err
	}
	if err := container.Validate(config.Spec); err != nil {
		return err
	}
	return checkProfile(record.Security.AppArmor)
}

// checkProfile refuses an AppArmor profile that nobody has loaded.
func checkProfile(name string) error {
	if name == "" || name == flags.Unconfined || name == apparmor.DefaultProfile {
		return nil
	}
	loaded, err := apparmor.Loaded(name)
	if err == nil && !loaded {
		err = errors.New("this host has loaded none of that name; load it with apparmor_parser -r FILE")
	}
	if err != nil {
		return fmt.Errorf("taking AppArmor profile %q: %w", name, err)
	}
	return nil
}
