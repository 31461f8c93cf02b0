package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"math"
	"os"
	"strconv"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// describe gives an open file or directory its owner, attributes and mode. The
// order matters: changing the owner clears set-uid bits and capabilities, as
// does writing, so that the content must be there before.
func (u *unpacker) describe(fd int, header *tar.Header) error {
	uid, gid, err := u.ownerOf(header)
	if err != nil {
		return err
	}
	if err := unix.Fchown(fd, uid, gid); err != nil {
		return chownError(uid, gid, err)
	}
	set := func(name string, value []byte) error { return unix.Fsetxattr(fd, name, value, 0) }
	if err := u.setAttributes(header, set); err != nil {
		return err
	}
	if err := unix.Fchmod(fd, modeOf(header)); err != nil {
		return fmt.Errorf("changing the mode: %w", err)
	}
	return nil
}

// describeAt is describe, with the times, for what must not be opened: links,
// devices and FIFOs.
func (u *unpacker) describeAt(e entry) error {
	uid, gid, err := u.ownerOf(e.Header)
	if err != nil {
		return err
	}
	if err := unix.Fchownat(e.parent, e.base, uid, gid, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return chownError(uid, gid, err)
	}
	// The kernel follows the first part, a link of /proc to the open parent,
	// and lsetxattr does not follow the last.
	path := "/proc/self/fd/" + strconv.Itoa(e.parent) + "/" + e.base
	set := func(name string, value []byte) error { return unix.Lsetxattr(path, name, value, 0) }
	if err := u.setAttributes(e.Header, set); err != nil {
		return err
	}
	if e.Typeflag != tar.TypeSymlink {
		if err := changeMode(e); err != nil {
			return fmt.Errorf("changing the mode: %w", err)
		}
	}
	return setTimes(e.parent, e.base, e.ModTime)
}

// changeMode changes the mode of a device or FIFO. fchmodat(2) would follow a
// link that somebody puts in its place.
func changeMode(e entry) error {
	fd, err := unix.Openat(e.parent, e.base, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	node := os.NewFile(uintptr(fd), e.base)
	defer node.Close()
	stat, err := handle.Stat(node)
	if err != nil {
		return err
	}
	switch stat.Mode & unix.S_IFMT {
	case unix.S_IFCHR, unix.S_IFBLK, unix.S_IFIFO:
		return unix.Chmod(handle.Path(node), modeOf(e.Header))
	}
	return errors.New("somebody has put something else in its place")
}

func modeOf(header *tar.Header) uint32 { return uint32(header.Mode & 0o7777) }

// ownerOf gives the host's IDs for an entry's owner.
func (u *unpacker) ownerOf(header *tar.Header) (uid, gid int, err error) {
	// The largest ID is no ID but means "leave it", chown(2).
	if header.Uid < 0 || header.Uid >= math.MaxUint32 || header.Gid < 0 || header.Gid >= math.MaxUint32 {
		return 0, 0, fmt.Errorf("the owner %d:%d is out of range", header.Uid, header.Gid)
	}
	uid, known := u.ids.Outside(header.Uid)
	gid, alsoKnown := u.ids.Outside(header.Gid)
	if !known || !alsoKnown {
		return 0, 0, fmt.Errorf("the owner %d:%d is none that the container's user namespace has", header.Uid, header.Gid)
	}
	return uid, gid, nil
}

func chownError(uid, gid int, err error) error {
	return fmt.Errorf("changing the owner to %d:%d: %w", uid, gid, err)
}

// setTimes gives an entry its time of modification, for access as well.
func setTimes(directory int, name string, modified time.Time) error {
	if err := unix.UtimesNanoAt(directory, name, timesOf(modified), unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return fmt.Errorf("setting the times: %w", err)
	}
	return nil
}

// setTimesOf is setTimes for an open file, futimens(3).
func setTimesOf(fd int, modified time.Time) error {
	times := timesOf(modified)
	_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(&times[0])), 0, 0, 0)
	if errno != 0 {
		return fmt.Errorf("setting the times: %w", errno)
	}
	return nil
}

// timesOf brings a time into the range that every file system takes as it is:
// the years from 1901 to 2446 (ext4).
func timesOf(modified time.Time) []unix.Timespec {
	const first, last = math.MinInt32, 1<<34 - 1<<31 - 1
	seconds := min(max(modified.Unix(), first), last)
	spec := unix.Timespec{Sec: seconds, Nsec: int64(modified.Nanosecond())}
	return []unix.Timespec{spec, spec}
}

// setAttributes restores the extended attributes of an entry.
func (u *unpacker) setAttributes(header *tar.Header, set func(name string, value []byte) error) error {
	for key, value := range header.PAXRecords {
		name, ok := attributeName(key)
		if !ok {
			continue
		}
		err := set(name, u.ids.AttributeOutside(name, []byte(value)))
		if err != nil && !dispensable(name, err) {
			return fmt.Errorf("setting the extended attribute %q: %w", name, err)
		}
	}
	return nil
}

// dispensable tells whether a file works without an attribute: all but
// capabilities, where the file system or, for links and devices, the kernel
// has no place for them.
func dispensable(name string, err error) bool {
	return name != "security.capability" &&
		(errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EPERM) && unix.Geteuid() == 0)
}
