package cgroups

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// DeviceRule names devices and what may be done to them, as version 1 has it
// (cgroup-v1/devices.rst).
type DeviceRule struct {
	Type         byte  // 'b' or 'c'
	Major, Minor int64 // AnyDevice is all of them
	Access       Access
}

// AnyDevice stands for every number.
const AnyDevice = -1

// Access is a set of things to do to a device; the values are those of
// BPF_DEVCG_ACC_… (linux/bpf.h).
type Access uint8

const (
	MakeNode Access = 1 << iota
	ReadDevice
	WriteDevice

	allAccess = MakeNode | ReadDevice | WriteDevice
)

// DevicePolicy is what all the device rules of a container come to: everything
// but the exceptions is allowed, or denied.
type DevicePolicy struct {
	Allow      bool
	Exceptions []DeviceRule
}

// DeviceLimits gives the policy of limits; ruled is false when they say nothing about
// devices, or allow all.
func DeviceLimits(limits *specs.LinuxResources) (policy DevicePolicy, ruled bool, err error) {
	policy.Allow = true
	if limits == nil {
		return policy, false, nil
	}
	for _, rule := range limits.Devices {
		if err := policy.add(rule); err != nil {
			return policy, false, err
		}
	}
	return policy, !policy.Allow || len(policy.Exceptions) > 0, nil
}

// hasDeviceRules tells whether limits need a hierarchy that holds them.
func hasDeviceRules(limits *specs.LinuxResources) bool {
	_, ruled, err := DeviceLimits(limits)
	return ruled || err != nil
}

// add does what the kernel does when a rule is written to devices.allow or
// devices.deny.
func (p *DevicePolicy) add(rule specs.LinuxDeviceCgroup) error {
	access, err := readAccess(rule.Access)
	if err != nil {
		return fmt.Errorf("device rule %q: %w", RuleText(rule), err)
	}
	switch rule.Type {
	case "", "a":
		if rule.Major != nil || rule.Minor != nil {
			return p.both(rule)
		}
		*p = DevicePolicy{Allow: rule.Allow}
		return nil
	case "b", "c":
	default:
		return fmt.Errorf("device rule %q: the type must be a, b or c", RuleText(rule))
	}
	exception := DeviceRule{rule.Type[0], number(rule.Major), number(rule.Minor), access}
	if rule.Allow == p.Allow {
		p.remove(exception)
	} else {
		p.except(exception)
	}
	return nil
}

// both takes a rule for certain numbers and no type for one of each type.
func (p *DevicePolicy) both(rule specs.LinuxDeviceCgroup) error {
	for _, kind := range []string{"b", "c"} {
		rule.Type = kind
		if err := p.add(rule); err != nil {
			return err
		}
	}
	return nil
}

func (p *DevicePolicy) except(rule DeviceRule) {
	for i, known := range p.Exceptions {
		if known.sameDevices(rule) {
			p.Exceptions[i].Access |= rule.Access
			return
		}
	}
	p.Exceptions = append(p.Exceptions, rule)
}

func (p *DevicePolicy) remove(rule DeviceRule) {
	for i, known := range p.Exceptions {
		if known.sameDevices(rule) {
			p.Exceptions[i].Access &^= rule.Access
		}
	}
	p.Exceptions = slices.DeleteFunc(p.Exceptions, func(r DeviceRule) bool { return r.Access == 0 })
}

func (r DeviceRule) sameDevices(other DeviceRule) bool {
	return r.Type == other.Type && r.Major == other.Major && r.Minor == other.Minor
}

// String writes a rule as the kernel does in devices.list, such as "c 1:* rwm".
func (r DeviceRule) String() string {
	return fmt.Sprintf("%c %s:%s %s", r.Type, numberText(r.Major), numberText(r.Minor), r.Access)
}

// String writes the letters in the kernel's order.
func (a Access) String() string {
	var text strings.Builder
	for _, letter := range []struct {
		access Access
		text   byte
	}{{ReadDevice, 'r'}, {WriteDevice, 'w'}, {MakeNode, 'm'}} {
		if a&letter.access != 0 {
			text.WriteByte(letter.text)
		}
	}
	return text.String()
}

func readAccess(text string) (access Access, err error) {
	for _, letter := range text {
		switch letter {
		case 'r':
			access |= ReadDevice
		case 'w':
			access |= WriteDevice
		case 'm':
			access |= MakeNode
		default:
			return 0, fmt.Errorf("the access must be some of r, w and m")
		}
	}
	if access == 0 {
		return allAccess, nil // the runtime-spec's default
	}
	return access, nil
}

func number(wanted *int64) int64 {
	if wanted == nil || *wanted < 0 {
		return AnyDevice
	}
	return *wanted
}

func numberText(number int64) string {
	if number == AnyDevice {
		return "*"
	}
	return strconv.FormatInt(number, 10)
}
