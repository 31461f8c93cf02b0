package host

import (
	"errors"
	"io/fs"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

const cgroups = "/sys/fs/cgroup"

// clearCgroups removes the peers' cgroups, from the leaves up, in every
// hierarchy. Their processes are dead, but the kernel may not be done.
func clearCgroups(name string) error {
	hierarchies, err := filepath.Glob(filepath.Join(cgroups, "*", name))
	if err != nil {
		return err
	}
	for _, top := range append(hierarchies, filepath.Join(cgroups, name)) {
		err = errors.Join(err, clearCgroup(top))
	}
	return err
}

// clearContainers removes the cgroups of mydocker's containers.
func clearContainers(ids []string) (err error) {
	for _, id := range ids {
		err = errors.Join(err, clearCgroups(filepath.Join("mydocker", id)))
	}
	return err
}

func clearCgroup(top string) error {
	var directories []string
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() {
			directories = append(directories, path)
		}
		return nil // what is gone needs no removal
	})
	for i := len(directories) - 1; i >= 0; i-- {
		err = errors.Join(err, removeCgroup(directories[i]))
	}
	return err
}

func removeCgroup(path string) error {
	for deadline := time.Now().Add(settling); ; time.Sleep(10 * time.Millisecond) {
		err := unix.Rmdir(path)
		if err == unix.EBUSY && time.Now().Before(deadline) {
			continue
		}
		if err == nil || err == unix.ENOENT {
			return nil
		}
		return &fs.PathError{Op: "rmdir", Path: path, Err: err}
	}
}
