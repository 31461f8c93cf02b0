package handle

import (
	"errors"

	"golang.org/x/sys/unix"
)

// ErrSpecial says that something is in the way that is written to, and not replaced.
var ErrSpecial = errors.New("it is a device, pipe or socket, which no copy takes the place of; choose another name or remove it first")

// refuse tells what an entry of that kind (S_IFMT) does not take the place of. That
// is a directory, and a device, a pipe or a socket, to which one writes and in whose
// place nobody means to put a file: /dev/null is the whole machine's. An entry of the
// same kind may take its place.
func refuse(directory int, name string, kind uint32) error {
	var there unix.Stat_t
	if err := unix.Fstatat(directory, name, &there, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return nil // nothing is there, or renaming will tell
	}
	switch there.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return errors.New("a file cannot take the place of a directory; remove it first")
	case unix.S_IFREG, unix.S_IFLNK, kind:
		return nil
	}
	return ErrSpecial
}
