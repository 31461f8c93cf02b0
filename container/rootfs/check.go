package rootfs

import (
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Check refuses, without touching the host, what Make could not make.
func Check(spec *specs.Spec, root specs.Mount) error {
	if root.Type == "" {
		return fmt.Errorf("mounting the root: no type given; choose overlay or bind")
	}
	if _, err := parseOptions(root.Type, root.Options); err != nil {
		return fmt.Errorf("mounting the root: %w", err)
	}
	mapped := len(spec.Linux.UIDMappings) > 0
	for _, mount := range spec.Mounts {
		if err := checkMount(mount, mapped); err != nil {
			return fmt.Errorf("mounting %q on %q: %w", mountName(mount), mount.Destination, err)
		}
	}
	for _, device := range spec.Linux.Devices {
		if err := checkNode(device); err != nil {
			return fmt.Errorf("making device %q: %w", device.Path, err)
		}
	}
	for _, name := range slices.Concat(spec.Linux.MaskedPaths, spec.Linux.ReadonlyPaths) {
		if !path.IsAbs(name) {
			return fmt.Errorf("hiding path %q: must be absolute", name)
		}
	}
	if word := spec.Linux.RootfsPropagation; word != "" {
		if _, _, known := propagation(word); !known {
			return fmt.Errorf("root propagation %q: must be private, slave, shared or unbindable, or one of them with an r before it", word)
		}
	}
	return nil
}

func checkMount(mount specs.Mount, mapped bool) error {
	wanted, err := parseOptions(mount.Type, mount.Options)
	switch {
	case err != nil:
		return err
	case !path.IsAbs(mount.Destination):
		return fmt.Errorf("the destination must be absolute")
	case path.Clean(mount.Destination) == "/":
		return fmt.Errorf("that is the root itself; choose a directory in it")
	case wanted.bind && !wanted.remount && !path.IsAbs(mount.Source):
		return fmt.Errorf("the source of a bind mount must be absolute")
	case !wanted.bind && !wanted.remount && mount.Type == "":
		return fmt.Errorf("no type given")
	case len(mount.UIDMappings)+len(mount.GIDMappings) > 0:
		return fmt.Errorf("mappings of its own are not supported; use the option \"idmap\" for those of the container")
	case wanted.idmap && !mapped:
		return fmt.Errorf("option \"idmap\": the container has the host's IDs")
	case wanted.idmap && !wanted.hasSource():
		return fmt.Errorf("option \"idmap\": only for bind mounts")
	}
	return nil
}

// CheckMount refuses what may not lie on the kernel's own directories, after a look at
// its source: it would hide procfs, or leave the container without devices.
func CheckMount(mount specs.Mount) error {
	if !isSystem(mount.Destination) {
		return nil
	}
	wanted, err := parseOptions(mount.Type, mount.Options)
	if err != nil {
		return err
	}
	if !wanted.hasSource() {
		return checkProc(mount, nil)
	}
	source, err := os.OpenFile(mount.Source, unix.O_PATH, 0)
	if err != nil {
		return err
	}
	defer source.Close()
	if err := checkProc(mount, &tree{source}); err != nil {
		return err
	}
	return checkDev(mount, source)
}

// checkDev refuses a directory of the host's on /dev without a null device, which covers
// the masked paths: nothing is made in it but places for other mounts.
func checkDev(mount specs.Mount, source *os.File) error {
	if path.Clean("/"+mount.Destination) != "/dev" {
		return nil
	}
	null, err := openChild(source, "null", unix.O_PATH)
	if err == nil {
		defer null.Close()
		if isDevice(null, unix.S_IFCHR, unix.Mkdev(1, 3)) {
			return nil
		}
	}
	return fmt.Errorf("\"null\" in it is not the null device; only a directory with devices may be mounted there, such as the host's /dev")
}

func checkNode(device specs.LinuxDevice) error {
	if _, err := deviceMode(device); err != nil {
		return err
	}
	if !strings.HasPrefix(path.Clean(device.Path), "/dev/") {
		return fmt.Errorf("devices lie below /dev")
	}
	return nil
}
