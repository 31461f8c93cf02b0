package engine

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/flags"
)

// Device is a node of the host that a container gets.
type Device struct {
	specs.LinuxDevice
	Access string `json:"access"` // some of r, w and m
}

// findDevices looks up what the user's words for devices mean now. After a
// reboot the same name may have another number.
func (r *Record) findDevices() error {
	r.Devices = nil
	for _, wanted := range r.Security.Devices {
		found, err := findDevices(wanted)
		if err != nil {
			return fmt.Errorf("giving device %q: %w", wanted.Host, err)
		}
		r.Devices = append(r.Devices, found...)
	}
	return nil
}

// findDevices gives one device, or all of a directory.
func findDevices(wanted flags.Device) ([]Device, error) {
	about, err := os.Stat(wanted.Host)
	if err != nil {
		return nil, err
	}
	if !about.IsDir() {
		device, err := readDevice(wanted.Host, wanted.Container, wanted.Access)
		return []Device{device}, err
	}
	devices, err := devicesIn(wanted.Host, wanted.Container, wanted.Access)
	if err == nil && len(devices) == 0 {
		err = fmt.Errorf("there is none in that directory")
	}
	return devices, err
}

// readDevice reads a node's type, numbers, mode and owner.
func readDevice(host, target, access string) (Device, error) {
	var about unix.Stat_t
	if err := unix.Stat(host, &about); err != nil {
		return Device{}, err
	}
	kind := ""
	switch about.Mode & unix.S_IFMT {
	case unix.S_IFCHR:
		kind = "c"
	case unix.S_IFBLK:
		kind = "b"
	default:
		return Device{}, fmt.Errorf("it is no device")
	}
	mode := os.FileMode(about.Mode & 0o777)
	return Device{Access: access, LinuxDevice: specs.LinuxDevice{
		Path: target, Type: kind, FileMode: &mode, UID: &about.Uid, GID: &about.Gid,
		Major: int64(unix.Major(about.Rdev)), Minor: int64(unix.Minor(about.Rdev)),
	}}, nil
}

// devicesIn gives all nodes below a directory, but for what every container has
// of its own.
func devicesIn(host, target, access string) (devices []Device, err error) {
	err = filepath.WalkDir(host, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if isOwn(path) {
			if entry.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if entry.Type()&fs.ModeDevice == 0 {
			return nil
		}
		device, err := readDevice(path, filepath.Join(target, strings.TrimPrefix(path, host)), access)
		if os.IsNotExist(err) {
			return nil // unplugged meanwhile
		}
		devices = append(devices, device)
		return err
	})
	return devices, err
}

// isOwn names what is in a container's /dev already.
func isOwn(path string) bool {
	switch path {
	case "/dev/pts", "/dev/shm", "/dev/mqueue", "/dev/fd", "/dev/console", "/dev/ptmx":
		return true
	}
	return false
}

// nodes gives the devices to be made in the container.
func (r *Record) nodes() ([]specs.LinuxDevice, error) {
	devices := r.Devices
	if r.Security.Privileged {
		all, err := devicesIn("/dev", "/dev", "rwm")
		if err != nil {
			return nil, fmt.Errorf("giving all devices: %w", err)
		}
		devices = append(all, devices...)
	}
	var nodes []specs.LinuxDevice
	for _, device := range devices {
		nodes = append(nodes, device.LinuxDevice)
	}
	return nodes, nil
}

// limits gives what the cgroup holds: the user's limits, and which devices may
// be used.
func (r *Record) limits() *specs.LinuxResources {
	limits := specs.LinuxResources{}
	if r.Limits != nil {
		limits = *r.Limits
	}
	if !r.Security.Privileged {
		limits.Devices = r.deviceRules()
	}
	return &limits
}

// deviceRules are docker's and runc's: nodes may be made, which takes
// CAP_MKNOD, and the devices of every container and its terminals be used; the
// host's console not.
func (r *Record) deviceRules() []specs.LinuxDeviceCgroup {
	allow := func(kind, access string, numbers ...int64) specs.LinuxDeviceCgroup {
		rule := specs.LinuxDeviceCgroup{Allow: true, Type: kind, Access: access}
		for i, number := range []**int64{&rule.Major, &rule.Minor} {
			if i < len(numbers) {
				*number = &numbers[i]
			}
		}
		return rule
	}
	rules := []specs.LinuxDeviceCgroup{
		{Access: "rwm"},
		allow("c", "m"), allow("b", "m"),
		allow("c", "rwm", 1, 3), allow("c", "rwm", 1, 5), allow("c", "rwm", 1, 7), // null, zero, full
		allow("c", "rwm", 1, 8), allow("c", "rwm", 1, 9), // random, urandom
		allow("c", "rwm", 5, 0), allow("c", "rwm", 5, 2), allow("c", "rwm", 136), // tty, ptmx, terminals
	}
	for _, device := range r.Devices {
		rules = append(rules, allow(device.Type, device.Access, device.Major, device.Minor))
	}
	return append(rules, r.Security.DeviceRules...)
}
