package flags

import (
	"encoding/csv"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// Mount reads --mount type=bind,source=HOST,target=PATH[,readonly] and
// type=tmpfs,target=PATH[,tmpfs-size=64m]: docker's list of KEY=VALUE with
// commas between, as one line of CSV, so that a field in double quotes may hold
// a comma itself.
func Mount(text string) (specs.Mount, error) {
	mount, err := parseMount(text)
	if err != nil {
		return specs.Mount{}, fmt.Errorf("parsing mount %q: %w; write it as type=bind,source=HOST,target=PATH[,readonly] or type=tmpfs,target=PATH", text, err)
	}
	return mount, nil
}

func parseMount(text string) (specs.Mount, error) {
	if text == "" {
		return specs.Mount{}, errors.New("it is empty")
	}
	wanted, err := mountFields(text)
	if err != nil {
		return specs.Mount{}, err
	}
	if wanted.target == "" {
		return specs.Mount{}, errors.New("the target is missing")
	}
	if err := checkTarget(wanted.target); err != nil {
		return specs.Mount{}, err
	}
	switch wanted.kind {
	case "bind":
		return wanted.bind()
	case "tmpfs":
		return wanted.tmpfs()
	case "", "volume":
		return specs.Mount{}, errors.New("the type must be bind or tmpfs; there are no named volumes")
	}
	return specs.Mount{}, fmt.Errorf("unknown type %q", wanted.kind)
}

// mountWish is a --mount as it was typed. Empty fields were not given.
type mountWish struct {
	kind, source, target string
	readonly             bool
	propagation          string
	flat                 bool // without the mounts below the source
	size, mode           string
	given                []string // the keys that belong to one type alone
}

func mountFields(text string) (mountWish, error) {
	// One line, so that a line break cannot hide what follows it.
	if strings.ContainsAny(text, "\r\n\x00") {
		return mountWish{}, errors.New("it holds a line break or a NUL byte")
	}
	fields, err := csv.NewReader(strings.NewReader(text)).Read()
	if err != nil {
		return mountWish{}, fmt.Errorf("it is no list of KEY=VALUE with commas between (%w)", err)
	}
	var wanted mountWish
	for _, field := range fields {
		key, value, hasValue := strings.Cut(field, "=")
		if err := wanted.set(strings.ToLower(strings.TrimSpace(key)), value, hasValue); err != nil {
			return mountWish{}, err
		}
	}
	return wanted, nil
}

func (w *mountWish) set(key, value string, hasValue bool) (err error) {
	if key == "readonly" || key == "ro" || key == "bind-nonrecursive" {
		return w.turn(key, value, hasValue)
	}
	if !hasValue || value == "" {
		return fmt.Errorf("%q has no value", key)
	}
	switch key {
	case "type":
		w.kind = strings.ToLower(value)
	case "source", "src":
		w.source = value
	case "target", "destination", "dst":
		w.target = value
	case "bind-propagation":
		w.propagation, w.given = value, append(w.given, key)
	case "bind-recursive":
		w.given = append(w.given, key)
		w.flat, err = parseRecursive(value)
	case "tmpfs-size":
		w.size, w.given = value, append(w.given, key)
	case "tmpfs-mode":
		w.mode, w.given = value, append(w.given, key)
	default:
		return fmt.Errorf("unknown key %q", key)
	}
	return err
}

// turn reads a key that may stand alone.
func (w *mountWish) turn(key, value string, hasValue bool) error {
	on := true
	if hasValue {
		var err error
		if on, err = strconv.ParseBool(value); err != nil {
			return fmt.Errorf("%s=%q must be true or false", key, value)
		}
	}
	if key == "bind-nonrecursive" {
		w.flat, w.given = on, append(w.given, key)
		return nil
	}
	w.readonly = on
	return nil
}

// parseRecursive reads two of docker's four words. With the others a mount is
// read-only in parts.
func parseRecursive(value string) (flat bool, err error) {
	switch value {
	case "enabled":
		return false, nil
	case "disabled":
		return true, nil
	}
	return false, fmt.Errorf("bind-recursive=%q must be enabled or disabled", value)
}

func (w mountWish) bind() (specs.Mount, error) {
	if err := w.refuseOthers("bind-"); err != nil {
		return specs.Mount{}, err
	}
	if !filepath.IsAbs(w.source) {
		return specs.Mount{}, fmt.Errorf("the source %q is not absolute", w.source)
	}
	options := []string{"rbind"}
	if w.flat {
		options = []string{"bind"}
	}
	if w.readonly {
		options = append(options, "ro")
	}
	if w.propagation == "" {
		w.propagation = "rprivate"
	}
	if !isPropagation(w.propagation) {
		return specs.Mount{}, fmt.Errorf("bind-propagation=%q must be private, slave or shared, or one of them with an r before it", w.propagation)
	}
	return specs.Mount{
		Type: "bind", Source: filepath.Clean(w.source), Destination: path.Clean(w.target),
		Options: append(options, w.propagation),
	}, nil
}

func (w mountWish) tmpfs() (specs.Mount, error) {
	if err := w.refuseOthers("tmpfs-"); err != nil {
		return specs.Mount{}, err
	}
	if w.source != "" {
		return specs.Mount{}, errors.New("a tmpfs has no source")
	}
	options := []string{"nosuid", "nodev", "noexec"}
	if w.readonly {
		options = append(options, "ro")
	}
	if w.size != "" {
		size, err := memorySize("size of a tmpfs", w.size)
		if err != nil {
			return specs.Mount{}, err
		}
		options = append(options, fmt.Sprintf("size=%d", size))
	}
	if w.mode != "" {
		mode, err := strconv.ParseUint(w.mode, 8, 32)
		if err != nil || mode > 0o7777 {
			return specs.Mount{}, fmt.Errorf("tmpfs-mode=%q must be an octal mode of at most 7777", w.mode)
		}
		options = append(options, fmt.Sprintf("mode=%o", mode))
	}
	return specs.Mount{Type: "tmpfs", Source: "tmpfs", Destination: path.Clean(w.target), Options: options}, nil
}

// refuseOthers refuses the keys of another type than the one whose keys start
// with prefix.
func (w mountWish) refuseOthers(prefix string) error {
	other := slices.IndexFunc(w.given, func(key string) bool { return !strings.HasPrefix(key, prefix) })
	if other < 0 {
		return nil
	}
	return fmt.Errorf("%q does not go with type=%s", w.given[other], w.kind)
}
