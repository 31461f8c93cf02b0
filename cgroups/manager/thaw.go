package manager

import (
	"slices"
	"strconv"
	"strings"

	"github.com/moby/sys/mountinfo"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
)

// Thaw moves a process that is in a frozen cgroup to the top of that hierarchy,
// where nothing can be frozen, and tells whether it was in one. Version 1 does
// not let a frozen process die of a signal (freezer-subsystem.rst). The cgroup
// itself and what else is in it stay as they are: they are somebody else's.
func Thaw(pid int) (frozen bool, err error) {
	membership, err := cgroups.MembershipOf(pid)
	if err != nil {
		return false, err
	}
	mounts, err := mountinfo.GetMounts(mountinfo.FSTypeFilter("cgroup", "cgroup2"))
	if err != nil {
		return false, err
	}
	for _, mount := range mounts {
		hierarchy := cgroups.Hierarchy{Mount: mount.Mountpoint, Root: mount.Root}
		cgroup, isMember := membership[freezerOf(mount)]
		if !isMember || !isFrozen(hierarchy.Directory(cgroup)) {
			continue
		}
		return true, cgroupfs.Write(mount.Mountpoint, "cgroup.procs", strconv.Itoa(pid))
	}
	return false, nil
}

// freezerOf names the hierarchy as /proc/PID/cgroup does: version 2 has no name
// there, and the freezer is in each of its cgroups.
func freezerOf(mount *mountinfo.Info) string {
	switch {
	case mount.FSType == "cgroup2":
		return ""
	case slices.Contains(strings.Split(mount.VFSOptions, ","), "freezer"):
		return "freezer"
	}
	return "none"
}

// isFrozen tells whether a cgroup is frozen or about to be, by itself or by one
// above it.
func isFrozen(directory string) bool {
	if state, err := cgroupfs.Read(directory, "freezer.state"); err == nil {
		return state != "THAWED"
	}
	frozen, err := cgroupfs.ReadField(directory, "cgroup.events", "frozen")
	return err == nil && frozen == 1
}
