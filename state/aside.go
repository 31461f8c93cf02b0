package state

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/failpoint"
	"mydocker/internal/transfer"
	"mydocker/internal/tree"
)

// Aside is the directory of what could not be understood and was put out of
// the way, for a person to look at.
func (l Layout) Aside() string { return filepath.Join(l.Root, "broken") }

// SetAside moves a file or a directory out of the way, under a name of its own,
// and tells where it is now. Nothing is lost and nothing is overwritten. What is
// gone already is fs.ErrNotExist.
func (l Layout) SetAside(path, name string) (place string, err error) {
	err = failpoint.Around("set aside "+name, func() error {
		place, err = l.setAside(path, name)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("setting %q aside: %w", path, err)
	}
	return place, nil
}

func (l Layout) setAside(path, name string) (string, error) {
	if err := os.MkdirAll(l.Aside(), 0o700); err != nil {
		return "", err
	}
	stamp := time.Now().UTC().Format("20060102T150405")
	for again := 1; ; again++ {
		place := filepath.Join(l.Aside(), name+"-"+stamp)
		if again > 1 {
			place += fmt.Sprintf("-%d", again)
		}
		err := move(path, place)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		return place, err
	}
}

// move renames, or copies from another file system such as /run's.
func move(path, place string) error {
	err := unix.Renameat2(unix.AT_FDCWD, path, unix.AT_FDCWD, place, unix.RENAME_NOREPLACE)
	if !errors.Is(err, unix.EXDEV) {
		return err
	}
	if Exists(place) {
		return fs.ErrExist
	}
	if err := carry(path, place); err != nil {
		return errors.Join(err, tree.Remove(place))
	}
	return tree.Remove(path)
}

// carry copies a file, or a directory with all below it, to the disk.
func carry(path, place string) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	from := os.NewFile(uintptr(fd), path)
	defer from.Close()
	to, err := os.Open(filepath.Dir(place))
	if err != nil {
		return err
	}
	defer to.Close()
	all := func(string) (bool, error) { return true, nil }
	if _, err := transfer.Entry(from, to, filepath.Base(place), transfer.Options{Keeps: all}); err != nil {
		return err
	}
	return unix.Syncfs(int(to.Fd()))
}
