package tree

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// flattenDepth is the depth at which a directory is moved up to the top
// before it is emptied, so that a tree of any depth needs few descriptors.
const flattenDepth = 100

// Remove deletes path and all below it. What is already gone is success. A
// symbolic link at path is deleted, not what it leads to. Where something is
// mounted in the tree, the mount stays, with the directories that lead to it,
// and the error holds a *MountPointError.
func Remove(path string) error {
	path = filepath.Clean(path)
	parent, err := unix.Open(filepath.Dir(path), unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("removing %q: opening its directory: %w", path, err)
	}
	defer unix.Close(parent)
	return RemoveAt(parent, filepath.Base(path), path)
}

// RemoveAt is Remove for the entry name of an open directory. path is what
// errors call it.
func RemoveAt(parent int, name, path string) error {
	r := removal{top: -1}
	return r.entry(parent, name, path, 0)
}

type removal struct {
	top   int // the directory into which deep ones are moved
	moved int // how many were
}

func (r *removal) entry(parent int, name, path string, depth int) error {
	err := unix.Unlinkat(parent, name, 0)
	switch {
	case err == nil, errors.Is(err, unix.ENOENT):
		return nil
	case errors.Is(err, unix.EISDIR):
		return r.directory(parent, name, path, depth)
	}
	return explain(path, err)
}

func (r *removal) directory(parent int, name, path string, depth int) error {
	if depth > flattenDepth {
		return r.moveUp(parent, name, path)
	}
	fd, err := openChild(parent, name)
	if errors.Is(err, unix.ENOENT) {
		return nil
	}
	if err != nil {
		return explain(path, err)
	}
	if depth == 0 {
		r.top = fd
	}
	directory := os.NewFile(uintptr(fd), path)
	err = r.empty(directory, depth)
	directory.Close()
	if err != nil {
		return err
	}
	err = unix.Unlinkat(parent, name, unix.AT_REMOVEDIR)
	if err == nil || errors.Is(err, unix.ENOENT) {
		return nil
	}
	return explain(path, err)
}

// empty goes over the directory until a pass finds nothing that it can
// remove: a listing that is read while entries vanish may leave some out, and
// deep directories come up to the top meanwhile. The last pass tells what
// stays.
func (r *removal) empty(directory *os.File, depth int) error {
	for {
		removed, stayed := r.pass(directory, depth)
		if removed == 0 {
			return stayed
		}
		if _, err := directory.Seek(0, io.SeekStart); err != nil {
			return errors.Join(stayed, err)
		}
	}
}

func (r *removal) pass(directory *os.File, depth int) (removed int, stayed error) {
	var errs []error
	for {
		names, err := directory.Readdirnames(256)
		for _, name := range names {
			path := filepath.Join(directory.Name(), name)
			if err := r.entry(int(directory.Fd()), name, path, depth+1); err != nil {
				errs = append(errs, err)
				continue
			}
			removed++
		}
		if errors.Is(err, io.EOF) {
			return removed, errors.Join(errs...)
		}
		if err != nil {
			return removed, errors.Join(append(errs, err)...)
		}
	}
}

// moveUp moves a deep directory into the top one, where a later pass finds it
// again at depth one.
func (r *removal) moveUp(parent int, name, path string) error {
	for {
		r.moved++
		target := fmt.Sprintf(".deep-%d", r.moved)
		err := unix.Renameat2(parent, name, r.top, target, unix.RENAME_NOREPLACE)
		if !errors.Is(err, unix.EEXIST) {
			return explain(path, err)
		}
	}
}

func explain(path string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EXDEV), errors.Is(err, unix.EBUSY):
		return fmt.Errorf("removing %q: %w", path, &MountPointError{Path: path})
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("removing %q: %w; if it is immutable, clear that with \"chattr -i -a\"", path, err)
	}
	return fmt.Errorf("removing %q: %w", path, err)
}
