package transfer

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// describe gives the copy of a file or directory owner, attributes, mode and
// times, in this order: a change of owner clears set-user-ID bits and
// capabilities.
func (c *copier) describe(from, to *os.File, stat *unix.Stat_t) error {
	owner, err := c.hostOwner(stat)
	if err != nil {
		return err
	}
	if err := unix.Fchown(int(to.Fd()), owner.UID, owner.GID); err != nil {
		return fmt.Errorf("changing the owner: %w", err)
	}
	if err := c.attributes(from, to, stat); err != nil {
		return err
	}
	if err := unix.Fchmod(int(to.Fd()), c.modeOf(stat)); err != nil {
		return fmt.Errorf("changing the mode: %w", err)
	}
	times := []unix.Timespec{stat.Atim, stat.Mtim}
	return unix.UtimesNanoAt(unix.AT_FDCWD, handle.Path(to), times, 0)
}

// describeEntry is describe for what must not be opened. It looks whether that
// is what has just been made.
func (c *copier) describeEntry(d pair, from *os.File, name string, stat *unix.Stat_t) error {
	to, err := handle.Open(d.to, name)
	if err != nil {
		return err
	}
	defer to.Close()
	made, err := handle.Stat(to)
	if err != nil {
		return err
	}
	if made.Mode&unix.S_IFMT != stat.Mode&unix.S_IFMT || made.Rdev != stat.Rdev {
		return errors.New("somebody has put something else in the copy's place")
	}
	owner, err := c.hostOwner(stat)
	if err != nil {
		return err
	}
	if err := unix.Fchownat(int(to.Fd()), "", owner.UID, owner.GID, unix.AT_EMPTY_PATH); err != nil {
		return fmt.Errorf("changing the owner: %w", err)
	}
	if err := c.attributes(from, to, stat); err != nil {
		return err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFLNK {
		if err := unix.Chmod(handle.Path(to), c.modeOf(stat)); err != nil {
			return fmt.Errorf("changing the mode: %w", err)
		}
	}
	return unix.UtimesNanoAt(unix.AT_FDCWD, handle.Path(to), []unix.Timespec{stat.Atim, stat.Mtim}, 0)
}

// ownerOf gives whom the copy belongs to, by the IDs of its own side.
func (c *copier) ownerOf(stat *unix.Stat_t) Owner {
	if c.Owner != nil {
		return *c.Owner
	}
	return c.sourceOwner(stat)
}

func (c *copier) sourceOwner(stat *unix.Stat_t) Owner {
	return Owner{c.From.Inside(int(stat.Uid)), c.From.Inside(int(stat.Gid))}
}

// hostOwner is ownerOf by the IDs of the host, as chown(2) takes them here.
func (c *copier) hostOwner(stat *unix.Stat_t) (Owner, error) {
	owner := c.ownerOf(stat)
	uid, known := c.To.Outside(owner.UID)
	gid, alsoKnown := c.To.Outside(owner.GID)
	if !known || !alsoKnown {
		return Owner{}, fmt.Errorf("changing the owner to %d:%d: the container's user namespace has no such ID", owner.UID, owner.GID)
	}
	return Owner{uid, gid}, nil
}

// givenAway tells whether a file's owner changes on the way. Directories do
// nothing in the name of their owner.
func (c *copier) givenAway(stat *unix.Stat_t) bool {
	return c.ownerOf(stat) != c.sourceOwner(stat) && stat.Mode&unix.S_IFMT != unix.S_IFDIR
}

// modeOf gives a copy's mode. A device that somebody takes for himself is his alone:
// its mode was made for a container in which nobody could open it.
func (c *copier) modeOf(stat *unix.Stat_t) uint32 {
	mode := stat.Mode & 0o7777
	if c.givenAway(stat) {
		mode &^= unix.S_ISUID | unix.S_ISGID
	}
	if c.Owner != nil && isDevice(stat) {
		mode &= 0o600
	}
	return mode
}

func isDevice(stat *unix.Stat_t) bool {
	kind := stat.Mode & unix.S_IFMT
	return kind == unix.S_IFCHR || kind == unix.S_IFBLK
}

// attributes copies the extended attributes that are to be kept.
func (c *copier) attributes(from, to *os.File, stat *unix.Stat_t) error {
	names, err := handle.Attributes(from)
	if err != nil {
		return fmt.Errorf("listing the extended attributes: %w", err)
	}
	for _, name := range names {
		keeps, err := c.Keeps(name)
		if err != nil {
			return err
		}
		if !keeps || name == "security.capability" && c.givenAway(stat) {
			continue
		}
		if err := c.copyAttribute(from, to, name); err != nil {
			return fmt.Errorf("copying the extended attribute %q: %w", name, err)
		}
	}
	return nil
}

// copyAttribute copies one attribute. A file system that has no place for it
// loses it, unless it is a program's capabilities.
func (c *copier) copyAttribute(from, to *os.File, name string) error {
	value, err := handle.Attribute(from, name)
	if errors.Is(err, unix.ENODATA) {
		return nil
	}
	if err != nil {
		return err
	}
	value = c.To.AttributeOutside(name, c.From.AttributeInside(name, value))
	err = unix.Setxattr(handle.Path(to), name, value, 0)
	if errors.Is(err, unix.ENOTSUP) && name != "security.capability" {
		return nil
	}
	return err
}
