package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"mydocker/internal/failpoint"
)

// Remove removes a file, and what a crash left of a write to it. What is gone
// already is success.
func Remove(path string) error {
	return failpoint.Around("remove "+filepath.Base(path), func() error {
		return errors.Join(removeOne(freshPath(path)), removeOne(path))
	})
}

// RemoveAll removes a directory with all that is in it, or a file. What is
// gone already is success.
func RemoveAll(path string) error {
	return failpoint.Around("remove "+filepath.Base(path), func() error { return os.RemoveAll(path) })
}

// removeOne removes one file, if it is there. A file system that can only be read refuses
// that before it looks.
func removeOne(path string) error {
	err := ignoreMissing(os.Remove(path))
	if errors.Is(err, unix.EROFS) && !Exists(path) {
		return nil
	}
	return err
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
