package launch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/sys/capability"
	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Capabilities are the five sets of capabilities(7), a bit for each
// capability.
type Capabilities struct {
	Bounding, Effective, Permitted, Inheritable, Ambient uint64
}

// ParseCapabilities reads the sets of a spec. It gives nil for nil: the
// process then keeps what it has.
func ParseCapabilities(spec *specs.LinuxCapabilities) (*Capabilities, error) {
	if spec == nil {
		return nil, nil
	}
	var parsed Capabilities
	known := capability.ListKnown()
	for _, set := range []struct {
		bits  *uint64
		names []string
	}{
		{&parsed.Bounding, spec.Bounding},
		{&parsed.Effective, spec.Effective},
		{&parsed.Permitted, spec.Permitted},
		{&parsed.Inheritable, spec.Inheritable},
		{&parsed.Ambient, spec.Ambient},
	} {
		for _, name := range set.names {
			at := slices.IndexFunc(known, func(c capability.Cap) bool { return isNamed(c, name) })
			if at < 0 {
				return nil, fmt.Errorf("giving capability %q: no such capability", name)
			}
			*set.bits |= 1 << known[at]
		}
	}
	return &parsed, nil
}

// CheckCapabilities refuses sets that cannot be given here: unknown names, and
// capabilities that mydocker does not have itself.
func CheckCapabilities(spec *specs.LinuxCapabilities) error {
	wanted, err := ParseCapabilities(spec)
	if err != nil || wanted == nil {
		return err
	}
	held, err := permitted()
	if err != nil {
		return err
	}
	all := wanted.Effective | wanted.Permitted | wanted.Inheritable | wanted.Ambient
	for _, known := range capability.ListKnown() {
		if bit := uint64(1) << known; all&bit != 0 && held&bit == 0 {
			return fmt.Errorf("giving capability %q: this host does not give it to mydocker itself; leave it out", capabilityName(known))
		}
	}
	if wanted.Ambient&^(wanted.Permitted&wanted.Inheritable) != 0 {
		return fmt.Errorf("giving ambient capabilities: each must be permitted and inheritable too")
	}
	if wanted.Effective&^wanted.Permitted != 0 {
		return fmt.Errorf("giving effective capabilities: each must be permitted too")
	}
	return nil
}

// HeldCapabilities names the capabilities that this process can pass on.
func HeldCapabilities() ([]string, error) {
	held, err := permitted()
	return CapabilityNames(held), err
}

// CapabilityNames lists the capabilities of a set, a bit for each.
func CapabilityNames(set uint64) []string {
	var names []string
	for _, known := range capability.ListKnown() {
		if set&(1<<known) != 0 {
			names = append(names, capabilityName(known))
		}
	}
	return names
}

func capabilityName(number capability.Cap) string {
	return "CAP_" + strings.ToUpper(number.String())
}

// isNamed compares without making a string of each name, since a start looks up
// many.
func isNamed(c capability.Cap, name string) bool {
	const prefix = "CAP_"
	own := c.String()
	return len(name) == len(prefix)+len(own) && name[:len(prefix)] == prefix && strings.EqualFold(name[len(prefix):], own) &&
		name == strings.ToUpper(name)
}

// permitted reads the calling thread's permitted set.
func permitted() (uint64, error) {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return 0, fmt.Errorf("reading capabilities: %w", err)
	}
	return uint64(data[0].Permitted) | uint64(data[1].Permitted)<<32, nil
}

func holds(number uint) bool {
	held, err := permitted()
	return err == nil && held&(1<<number) != 0
}
