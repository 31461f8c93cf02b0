package handle

import (
	"errors"

	"golang.org/x/sys/unix"
)

// RefuseSpecial keeps a device, a pipe or a socket, to which one writes and in whose
// place nobody means to put a file: /dev/null is the whole machine's. An entry of the
// same kind (S_IFMT) may take its place.
func RefuseSpecial(directory int, name string, kind uint32) error {
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
