package cgroups

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
)

// Freezer is the controller of version 1 that stops processes,
// Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst. Version 2 can do so
// without one.
const Freezer = "freezer"

// FindFreezer finds the version 1 hierarchy of the freezer, which containers
// live in only while they are frozen. found is false on a host without.
func FindFreezer() (hierarchy Hierarchy, found bool, err error) {
	file, err := os.Open("/proc/self/mountinfo")
	if err != nil {
		return Hierarchy{}, false, fmt.Errorf("finding the freezer: %w", err)
	}
	defer file.Close()
	mounts, err := mountinfo.GetMountsFromReader(file, mountinfo.FSTypeFilter("cgroup"))
	if err != nil {
		return Hierarchy{}, false, fmt.Errorf("finding the freezer: reading %q: %w", file.Name(), err)
	}
	for _, mount := range mounts {
		if !slices.Contains(strings.Split(mount.VFSOptions, ","), Freezer) {
			continue
		}
		next := newHierarchy(mount)
		next.Controllers = []string{Freezer}
		if !found || next.preference() > hierarchy.preference() {
			hierarchy, found = next, true
		}
	}
	return hierarchy, found, nil
}
