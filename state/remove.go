package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

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

func removeOne(path string) error { return ignoreMissing(os.Remove(path)) }

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
