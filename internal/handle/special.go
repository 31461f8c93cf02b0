package handle

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Displace removes what an entry of that kind (S_IFMT) is to take the place of, if
// there is anything. It refuses to remove directories, and devices and the like.
func Displace(directory int, name string, kind uint32) error {
	if err := refuseSpecial(directory, name, kind); err != nil {
		return err
	}
	err := unix.Unlinkat(directory, name, 0)
	if errors.Is(err, unix.EISDIR) {
		return errors.New("a file cannot take the place of a directory; remove it first")
	}
	if err != nil && !errors.Is(err, unix.ENOENT) {
		return fmt.Errorf("replacing what is there: %w", err)
	}
	return nil
}

// refuseSpecial keeps a device, a pipe or a socket, to which one writes and in whose
// place nobody means to put a file: /dev/null is the whole machine's. An entry of the
// same kind may take its place.
func refuseSpecial(directory int, name string, kind uint32) error {
	var there unix.Stat_t
	if err := unix.Fstatat(directory, name, &there, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return nil // it has just gone, or removing it will tell
	}
	switch there.Mode & unix.S_IFMT {
	case unix.S_IFREG, unix.S_IFLNK, unix.S_IFDIR, kind:
		return nil
	}
	return errors.New("it is a device, pipe or socket, which no copy takes the place of; choose another name or remove it first")
}
