package rootfs

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// arrangeAttached is arrange for kernels before 5.12, by mount(2), on a tree
// that is attached already. Nothing of the user's runs yet that could use the
// instant between.
func (t tree) arrangeAttached(wanted options) error {
	if !wanted.below.empty() {
		more, err := t.hasMountsBelow()
		if err != nil {
			return err
		}
		if more {
			return fmt.Errorf("mounts below it would stay as they are: this kernel cannot change them too (needs Linux 5.12); use \"bind\" in place of \"rbind\"")
		}
	}
	if err := t.remount(wanted.attributes, wanted.below); err != nil {
		return err
	}
	if wanted.propagation == 0 {
		return nil
	}
	flags := uintptr(wanted.propagation)
	if wanted.propagationRecursive {
		flags |= unix.MS_REC
	}
	return unix.Mount("", descriptorPath(t.File), "", flags, "")
}

// remount changes the attributes of an attached mount and keeps the others.
func (t tree) remount(changes ...attributes) error {
	var now unix.Statfs_t
	if err := unix.Fstatfs(int(t.Fd()), &now); err != nil {
		return err
	}
	flags := mountFlags(attributesOf(now), changes...)
	return unix.Mount("", descriptorPath(t.File), "", unix.MS_REMOUNT|unix.MS_BIND|flags, "")
}

// attributesOf translates what statfs(2) says of a mount; the ST_ bits have
// the values of the MS_ bits, and no access time bit means strict.
func attributesOf(now unix.Statfs_t) attributes {
	var found attributes
	for _, pair := range flagPairs() {
		if pair.attribute != unix.MOUNT_ATTR_STRICTATIME && uint64(now.Flags)&uint64(pair.flag) != 0 {
			found.set |= pair.attribute
		}
	}
	if now.Flags&(unix.ST_NOATIME|unix.ST_RELATIME) == 0 {
		found.set |= unix.MOUNT_ATTR_STRICTATIME
	}
	return found
}

// mountFlags gives the MS_ flags of mount(2) for attributes after changes.
func mountFlags(start attributes, changes ...attributes) uintptr {
	bits := start.set
	for _, change := range changes {
		bits = bits&^change.clear | change.set
	}
	var flags uintptr
	for _, pair := range flagPairs() {
		if bits&pair.attribute != 0 {
			flags |= pair.flag
		}
	}
	if bits&unix.MOUNT_ATTR__ATIME == unix.MOUNT_ATTR_RELATIME {
		flags |= unix.MS_RELATIME
	}
	return flags
}

// flagPair is an attribute of the new mount interface with its flag in the
// old one.
type flagPair struct {
	attribute uint64
	flag      uintptr
}

func flagPairs() []flagPair {
	return []flagPair{
		{unix.MOUNT_ATTR_RDONLY, unix.MS_RDONLY},
		{unix.MOUNT_ATTR_NOSUID, unix.MS_NOSUID},
		{unix.MOUNT_ATTR_NODEV, unix.MS_NODEV},
		{unix.MOUNT_ATTR_NOEXEC, unix.MS_NOEXEC},
		{unix.MOUNT_ATTR_NOATIME, unix.MS_NOATIME},
		{unix.MOUNT_ATTR_STRICTATIME, unix.MS_STRICTATIME},
		{unix.MOUNT_ATTR_NODIRATIME, unix.MS_NODIRATIME},
	}
}

// hasMountsBelow reads /proc/thread-self/mountinfo (proc_pid_mountinfo(5)):
// field 1 is a mount's ID, field 2 its parent's.
func (t tree) hasMountsBelow() (bool, error) {
	var about unix.Statx_t
	err := unix.Statx(int(t.Fd()), "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &about)
	if err != nil {
		return false, err
	}
	mounts, err := os.ReadFile("/proc/thread-self/mountinfo")
	if err != nil {
		return false, err
	}
	own := strconv.FormatUint(about.Mnt_id, 10)
	for line := range bytes.Lines(mounts) {
		fields := bytes.Fields(line)
		if len(fields) > 1 && string(fields[1]) == own {
			return true, nil
		}
	}
	return false, nil
}
