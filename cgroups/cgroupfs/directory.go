package cgroupfs

import (
	"fmt"
	"path"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/instance"
)

// Directory is one cgroup in one hierarchy.
type Directory struct {
	Base string // where the hierarchy is mounted
	Path string // the cgroup below it, such as "mydocker/1891821312"
	Mark instance.Mark
}

// Location is the directory's absolute path.
func (d Directory) Location() string { return d.Base + "/" + d.Path }

// Ancestors lists the directories between the mount point and the cgroup, both
// exclusive, the outermost first.
func (d Directory) Ancestors() []string {
	var ancestors []string
	for i, char := range d.Path {
		if char == '/' {
			ancestors = append(ancestors, d.Base+"/"+d.Path[:i])
		}
	}
	return ancestors
}

// Make makes the directory, and those above it on demand. Another mydocker may
// remove an empty parent at any moment until the directory is in it; then both
// are made again. A directory that was there may be what a killed mydocker left.
func (d Directory) Make() error {
	for began := time.Now(); ; {
		err := unix.Mkdir(d.Location(), 0o755)
		switch err {
		case nil:
			return d.setMark()
		case unix.EEXIST:
			return d.takeOver()
		}
		if err != unix.ENOENT || time.Since(began) > Patience {
			return fmt.Errorf("making directory %q: %w", d.Location(), err)
		}
		if err := d.makeAncestors(); err != nil {
			return err
		}
	}
}

func (d Directory) makeAncestors() error {
	for _, ancestor := range d.Ancestors() {
		err := unix.Mkdir(ancestor, 0o755)
		switch {
		case err == nil, err == unix.EEXIST:
		case err == unix.ENOENT && path.Dir(ancestor) != d.Base:
			return nil // an outer one was removed meanwhile; Make starts again
		default:
			return fmt.Errorf("making directory %q: %w", ancestor, err)
		}
	}
	return nil
}

// Remove removes the directory, cgroups below it, and parents that are empty
// then. As long as the kernel says that something is inside, it calls kill,
// which is to end it. One of another instance is left alone: ours is gone.
func (d Directory) Remove(kill func() error) error {
	if d.Stranger() != "" {
		return nil
	}
	wait := patiently()
	for {
		err := removeTree(d.Location())
		if err == nil {
			d.removeAncestors()
			return nil
		}
		if err != unix.EBUSY {
			return fmt.Errorf("removing directory %q: %w", d.Location(), err)
		}
		if err := kill(); err != nil {
			return err
		}
		if !wait() {
			return fmt.Errorf("removing directory %q: %w after %v", d.Location(), err, Patience)
		}
	}
}

func (d Directory) removeAncestors() {
	ancestors := d.Ancestors()
	for i := len(ancestors) - 1; i >= 0; i-- {
		// Busy is a parent with other children; gone, one that they removed.
		if err := unix.Rmdir(ancestors[i]); err != nil && err != unix.ENOENT {
			return
		}
	}
}

// removeTree removes a directory and those below it; one that is not there is
// removed. The files in it are the kernel's and go with it.
func removeTree(directory string) error {
	err := unix.Rmdir(directory)
	if err == nil || err == unix.ENOENT {
		return nil
	}
	if err != unix.EBUSY {
		return err
	}
	below, err := subdirectories(directory)
	if err != nil || len(below) == 0 {
		return unix.EBUSY
	}
	for _, child := range below {
		if err := removeTree(child); err != nil {
			return err
		}
	}
	if err := unix.Rmdir(directory); err != unix.ENOENT {
		return err
	}
	return nil
}
