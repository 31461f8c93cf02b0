package rootfs

import (
	"errors"
	"fmt"
	"os"
	"path"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// DefaultDevices are the nodes that every container has (runtime-spec,
// config-linux, Default Devices), apart from console and ptmx.
func DefaultDevices() []specs.LinuxDevice {
	node := func(name string, major, minor int64) specs.LinuxDevice {
		mode, root := os.FileMode(0o666), uint32(0)
		return specs.LinuxDevice{
			Path: "/dev/" + name, Type: "c", Major: major, Minor: minor,
			FileMode: &mode, UID: &root, GID: &root,
		}
	}
	return []specs.LinuxDevice{
		node("null", 1, 3), node("zero", 1, 5), node("full", 1, 7),
		node("random", 1, 8), node("urandom", 1, 9), node("tty", 5, 0),
	}
}

// makeDevices fills /dev, unless it is bound from elsewhere and so is full.
func (r *Root) makeDevices() error {
	if r.hasBoundDev() {
		return nil
	}
	for devices := allDevices(r.spec); len(devices) > 0; {
		together := slices.IndexFunc(devices, func(d specs.LinuxDevice) bool { return path.Dir(d.Path) != path.Dir(devices[0].Path) })
		if together < 0 {
			together = len(devices)
		}
		if err := r.makeNeighbours(devices[:together]); err != nil {
			return err
		}
		devices = devices[together:]
	}
	return r.makeDeviceLinks()
}

// makeNeighbours makes nodes that lie in one directory.
func (r *Root) makeNeighbours(devices []specs.LinuxDevice) error {
	parent, err := r.directory(path.Dir(devices[0].Path))
	if err != nil {
		return fmt.Errorf("making device %q: %w", devices[0].Path, err)
	}
	defer parent.Close()
	for _, device := range devices {
		if err := r.makeDevice(parent, device); err != nil {
			return fmt.Errorf("making device %q: %w", device.Path, err)
		}
	}
	return nil
}

// allDevices are the default ones and the spec's, which may take a default's place.
func allDevices(spec *specs.Spec) []specs.LinuxDevice {
	devices := DefaultDevices()
	for _, wanted := range spec.Linux.Devices {
		devices = slices.DeleteFunc(devices, func(d specs.LinuxDevice) bool { return d.Path == wanted.Path })
		devices = append(devices, wanted)
	}
	return devices
}

func (r *Root) hasBoundDev() bool {
	return slices.ContainsFunc(r.spec.Mounts, func(mount specs.Mount) bool {
		wanted, err := parseOptions(mount.Type, mount.Options)
		return err == nil && wanted.bind && path.Clean(mount.Destination) == "/dev"
	})
}

// makeDevice makes one node. A host that refuses mknod(2), as in a user
// namespace, lends its own by a bind mount.
func (r *Root) makeDevice(parent *os.File, device specs.LinuxDevice) error {
	mode, err := deviceMode(device)
	if err != nil {
		return err
	}
	name, number := path.Base(device.Path), unix.Mkdev(uint32(device.Major), uint32(device.Minor))
	switch err := unix.Mknodat(int(parent.Fd()), name, mode, int(number)); {
	case err == nil:
		return adjustDevice(parent, name, device, mode)
	case err == unix.EEXIST:
		return checkDevice(parent, name, mode, number)
	case err == unix.EPERM && mode&unix.S_IFMT != unix.S_IFIFO:
		return r.lendDevice(device, mode, number)
	default:
		return err
	}
}

// deviceMode gives the type and the permissions as mknod(2) takes them.
func deviceMode(device specs.LinuxDevice) (uint32, error) {
	mode := uint32(0o666)
	if device.FileMode != nil {
		mode = uint32(device.FileMode.Perm())
	}
	switch device.Type {
	case "c", "u":
		return mode | unix.S_IFCHR, nil
	case "b":
		return mode | unix.S_IFBLK, nil
	case "p":
		return mode | unix.S_IFIFO, nil
	}
	return 0, fmt.Errorf("type %q: must be c, b, u or p", device.Type)
}

// adjustDevice gives a new node its owner and, whatever the directory's default
// list of permissions says (acl(5)), its mode.
func adjustDevice(parent *os.File, name string, device specs.LinuxDevice, mode uint32) error {
	var uid, gid uint32
	if device.UID != nil {
		uid = *device.UID
	}
	if device.GID != nil {
		gid = *device.GID
	}
	var made unix.Stat_t
	err := unix.Fstatat(int(parent.Fd()), name, &made, unix.AT_SYMLINK_NOFOLLOW)
	if err != nil || made.Mode == mode && made.Uid == uid && made.Gid == gid {
		return err
	}
	node, err := openChild(parent, name, unix.O_PATH)
	if err != nil {
		return err
	}
	defer node.Close()
	if err := unix.Chmod(descriptorPath(node), mode&0o7777); err != nil {
		return err
	}
	return unix.Fchownat(int(node.Fd()), "", int(uid), int(gid), unix.AT_EMPTY_PATH)
}

// checkDevice accepts a node that is there already if it is the same device.
func checkDevice(parent *os.File, name string, mode uint32, number uint64) error {
	node, err := openChild(parent, name, unix.O_PATH)
	if err != nil {
		return err
	}
	defer node.Close()
	if !isDevice(node, mode, number) {
		return errors.New("the image has something else under that name: refused")
	}
	return nil
}

func isDevice(node *os.File, mode uint32, number uint64) bool {
	var about unix.Stat_t
	err := unix.Fstat(int(node.Fd()), &about)
	return err == nil && about.Mode&unix.S_IFMT == mode&unix.S_IFMT && about.Rdev == number
}

// lendDevice binds the host's node of the same name.
func (r *Root) lendDevice(device specs.LinuxDevice, mode uint32, number uint64) error {
	source, err := cloneTree(device.Path, false)
	if err != nil {
		return fmt.Errorf("nodes cannot be made here, as in a user namespace, and the host has none of that name to lend: %w", err)
	}
	defer source.Close()
	if !isDevice(source.File, mode, number) {
		return errors.New("not permitted, and the host's is another device")
	}
	target, err := r.target(device.Path, false)
	if err != nil {
		return err
	}
	defer target.Close()
	return source.place(target, options{bind: true, propagation: unix.MS_PRIVATE})
}

// deviceLinks are the symbolic links in /dev (runtime-spec, config-linux, Dev
// symbolic links; ptmx leads to the container's own devpts).
var deviceLinks = [...]struct{ name, target string }{
	{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"},
	{"stderr", "/proc/self/fd/2"}, {"core", "/proc/kcore"}, {"ptmx", "pts/ptmx"},
}

// makeDeviceLinks makes the symbolic links of /dev.
func (r *Root) makeDeviceLinks() error {
	dev, err := r.directory("/dev")
	if err != nil {
		return err
	}
	defer dev.Close()
	for _, link := range deviceLinks {
		err := unix.Symlinkat(link.target, int(dev.Fd()), link.name)
		if err != nil && err != unix.EEXIST {
			return fmt.Errorf("making symbolic link \"/dev/%s\": %w", link.name, err)
		}
	}
	return nil
}
