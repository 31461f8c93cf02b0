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
