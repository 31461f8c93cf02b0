package cgroups

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/moby/sys/mountinfo"

	"mydocker/internal/remembered"
	"mydocker/internal/unpolled"
)

// table is read once per process, which asks many times: nobody changes the mounts
// of cgroup hierarchies while containers run.
var table remembered.Value[[]*mountinfo.Info]

// Mounts gives the mounts of cgroup hierarchies of both versions that this process
// sees.
func Mounts() ([]*mountinfo.Info, error) { return table.Get(readTable) }

func readTable() ([]*mountinfo.Info, error) {
	// Not thread-self: a thread may be inside a container's mount namespace.
	file, err := unpolled.Open("/proc/self/mountinfo", os.O_RDONLY)
	if err != nil {
		return nil, fmt.Errorf("finding cgroup hierarchies: %w; mount it with: mount -t proc proc /proc", err)
	}
	defer file.Close()
	mounts, err := readMountinfo(file)
	if err != nil {
		return nil, fmt.Errorf("finding cgroup hierarchies: reading %q: %w", file.Name(), err)
	}
	return mounts, nil
}

func readMountinfo(file io.Reader) ([]*mountinfo.Info, error) {
	return mountinfo.GetMountsFromReader(file, mountinfo.FSTypeFilter("cgroup", "cgroup2"))
}

// hierarchiesOf gives what is mounted. The controllers of version 2 are not in it.
func hierarchiesOf(mounts []*mountinfo.Info) []Hierarchy {
	var found []Hierarchy
	for _, mount := range mounts {
		found = append(found, newHierarchy(mount))
	}
	return found
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
