package rootfs

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// target opens the place for a mount, and makes it where it is missing: a
// directory, or a file for everything else.
func (r *Root) target(destination string, directory bool) (*os.File, error) {
	find := r.file
	if directory {
		find = r.directory
	}
	found, err := find(destination)
	if err != nil {
		return nil, err
	}
	if err := checkTarget(found, destination, directory); err != nil {
		found.Close()
		return nil, err
	}
	return found, nil
}

// checkTarget looks at what was really found. The image may have led the
// look-up to a directory of the system, where a mount could hide or fake what
// the kernel says.
func checkTarget(found *os.File, destination string, directory bool) error {
	// The root lies on top of the host's root, so that the host's procfs
	// gives the container's own path.
	where, err := os.Readlink(descriptorPath(found))
	if err != nil {
		return err
	}
	if where == "/" {
		return errors.New("that is the root itself; choose a directory in it")
	}
	if isSystem(where) && !isSystem(destination) {
		return fmt.Errorf("%q of the image leads to %q: refused", destination, where)
	}
	isDir, err := isDirectory(found)
	if err == nil && isDir != directory {
		return fmt.Errorf("one is a directory and the other is not (%w)", unix.ENOTDIR)
	}
	return err
}

func isDirectory(file *os.File) (bool, error) {
	var about unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &about); err != nil {
		return false, err
	}
	return about.Mode&unix.S_IFMT == unix.S_IFDIR, nil
}
