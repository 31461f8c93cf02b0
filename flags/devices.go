package flags

import (
	"fmt"
	"path"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/cgroups"
)

// Device is a value of --device.
type Device struct {
	Host      string `json:"host"`      // a device node, or a directory of them
	Container string `json:"container"` // where it is to be
	Access    string `json:"access"`    // some of r, w and m
}

// allAccess is to read, to write and to make nodes (cgroup-v1/devices.rst).
const allAccess = "rwm"

// ParseDevice reads --device HOST[:CONTAINER][:ACCESS].
func ParseDevice(text string) (Device, error) {
	refuse := func(cause string) (Device, error) {
		return Device{}, fmt.Errorf("parsing device %q: %s; write it as HOST[:CONTAINER][:rwm]", text, cause)
	}
	parts := strings.Split(text, ":")
	device := Device{Host: parts[0], Container: parts[0], Access: allAccess}
	switch {
	case len(parts) > 3:
		return refuse("it has too many colons")
	case len(parts) == 3:
		device.Container, device.Access = parts[1], parts[2]
	case len(parts) == 2 && cgroups.IsAccess(parts[1]):
		device.Access = parts[1]
	case len(parts) == 2:
		device.Container = parts[1]
	}
	switch {
	case !path.IsAbs(device.Host) || !path.IsAbs(device.Container):
		return refuse("the paths must be absolute")
	case !cgroups.IsAccess(device.Access):
		return refuse(fmt.Sprintf("the access %q is not some of r, w and m", device.Access))
	}
	device.Container = path.Clean(device.Container)
	if !strings.HasPrefix(device.Container, "/dev/") {
		return refuse("in the container devices lie below /dev")
	}
	return device, nil
}

// DeviceRule reads --device-cgroup-rule "TYPE MAJOR:MINOR ACCESS", in the
// kernel's words: TYPE is a, b or c, and a number may be *.
func DeviceRule(text string) (specs.LinuxDeviceCgroup, error) {
	rule, err := cgroups.ReadDevices(text)
	if err != nil {
		return rule, fmt.Errorf(`parsing device rule %q: %w; write it as "c 189:* rw"`, text, err)
	}
	rule.Allow = true
	return rule, nil
}
