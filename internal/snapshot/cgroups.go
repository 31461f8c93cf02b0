package snapshot

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// readCgroups lists the scope's cgroups in every hierarchy that is mounted.
func readCgroups(scope Scope) ([]string, error) {
	mounts, err := mountTable()
	if err != nil {
		return nil, err
	}
	belongs := scope.cgroupBelongs()
	var lines []string
	for _, m := range mounts {
		if m.FSType != "cgroup" && m.FSType != "cgroup2" {
			continue
		}
		found, err := directories(m.Mountpoint, belongs)
		if err != nil {
			return nil, err
		}
		lines = append(lines, found...)
	}
	return slices.Compact(slices.Sorted(slices.Values(lines))), nil
}

// cgroupBelongs gives the test of a cgroup's path, from its hierarchy's top.
func (s Scope) cgroupBelongs() func(path string) bool {
	if s.IDs == nil {
		return func(path string) bool {
			return slices.ContainsFunc(strings.Split(path, "/"), func(name string) bool {
				return strings.HasPrefix(name, "mydocker")
			})
		}
	}
	ids := s.IDs()
	return func(path string) bool {
		return slices.ContainsFunc(strings.Split(path, "/"), func(name string) bool {
			return slices.Contains(ids, name)
		})
	}
}

// directories walks a tree in which directories may vanish meanwhile. Whoever leaves
// one that lies deeper than a path may be long leaves those above it, too.
func directories(top string, wanted func(path string) bool) ([]string, error) {
	var found []string
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ENAMETOOLONG):
			return nil
		case err != nil:
			return err
		case entry.IsDir() && wanted(strings.TrimPrefix(path, top)):
			found = append(found, path)
		}
		return nil
	})
	return found, err
}
