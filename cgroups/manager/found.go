package manager

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/internal/instance"
)

// Found is a container's cgroup as it is on the host, whoever made it.
type Found struct {
	Container   string   // ID
	Directories []string // in each hierarchy that has it

	Mark      instance.Mark // of one that is marked
	Ownership cgroupfs.Ownership

	Since time.Time // it has been there since then, or for longer
}

// IsEmpty tells whether no process is inside.
func (f Found) IsEmpty() (bool, error) {
	inside, err := (&Cgroup{Path: PathOf(f.Container), Everywhere: true}).Processes()
	return len(inside) == 0, err
}

// Containers lists the cgroups of all containers of all instances, by ID. They
// are global: those of containers in other network namespaces are among them.
func Containers() ([]Found, error) {
	hierarchies, err := Hierarchies()
	if err != nil {
		return nil, err
	}
	if len(hierarchies) == 0 {
		return nil, errors.New("listing cgroups: no hierarchy is mounted")
	}
	known := map[string]*Found{}
	var ids []string
	for _, hierarchy := range hierarchies {
		names, err := below(hierarchy)
		if err != nil {
			return nil, err
		}
		for _, id := range names {
			if known[id] == nil {
				known[id] = &Found{Container: id}
				ids = append(ids, id)
			}
			if err := known[id].add(filepath.Join(hierarchy.Mount, PathOf(id))); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(ids)
	var all []Found
	for _, id := range ids {
		if found := known[id]; len(found.Directories) > 0 {
			all = append(all, *found)
		}
	}
	return all, nil
}

// below lists the cgroups that a hierarchy has below the parent of all.
func below(hierarchy cgroups.Hierarchy) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(hierarchy.Mount, Parent))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("listing cgroups: %w", err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names, nil
}

// add notes one directory; one that has just gone is none. A mark in one
// hierarchy is that of the whole.
func (f *Found) add(directory string) error {
	mark, ownership, err := cgroupfs.Owner(directory)
	if cgroupfs.IgnoreGone(err) != nil {
		return err
	}
	if err != nil {
		return nil
	}
	if len(f.Directories) == 0 || ownership == cgroupfs.Marked {
		f.Mark, f.Ownership = mark, ownership
	}
	// The kernel remembers the time since it first looked the directory up.
	if info, err := os.Lstat(directory); err == nil && (f.Since.IsZero() || info.ModTime().Before(f.Since)) {
		f.Since = info.ModTime()
	}
	f.Directories = append(f.Directories, directory)
	return nil
}
