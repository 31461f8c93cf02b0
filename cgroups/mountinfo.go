package cgroups

import (
	"io"
	"strings"

	"github.com/moby/sys/mountinfo"
)

// readMountinfo gives the cgroup mounts of a mountinfo file. The controllers of
// version 2 are not in it.
func readMountinfo(file io.Reader) ([]Hierarchy, error) {
	mounts, err := mountinfo.GetMountsFromReader(file, mountinfo.FSTypeFilter("cgroup", "cgroup2"))
	if err != nil {
		return nil, err
	}
	var found []Hierarchy
	for _, mount := range mounts {
		found = append(found, newHierarchy(mount))
	}
	return found, nil
}

func newHierarchy(mount *mountinfo.Info) Hierarchy {
	hierarchy := Hierarchy{
		Version:  2,
		Mount:    mount.Mountpoint,
		Root:     mount.Root,
		ReadOnly: readOnly(mount.Options) || readOnly(mount.VFSOptions),
	}
	if mount.FSType == "cgroup" {
		hierarchy.Version = 1
		hierarchy.Controllers = used(strings.Split(mount.VFSOptions, ","))
	}
	return hierarchy
}

func readOnly(options string) bool {
	return options == "ro" || strings.HasPrefix(options, "ro,")
}
