package cgroups

import (
	"path"
	"slices"
	"strings"

	"mydocker/internal/smallfile"
)

// Hierarchy is a mounted tree of cgroups. mydocker makes its own directly below
// the mount point, as docker's cgroupfs driver does. Inside a container only a
// subtree is mounted, so that its cgroups stay within the container's.
type Hierarchy struct {
	Version     int      // 1 or 2
	Mount       string   // the mount point, such as "/sys/fs/cgroup/memory"
	Root        string   // the cgroup that is mounted there; "/" is all that this cgroup namespace sees
	ReadOnly    bool     // mounted so that nothing can be made in it
	Controllers []string // those of the used ones that live here
}

// Has tells whether the hierarchy holds one of the controllers.
func (h Hierarchy) Has(controllers ...string) bool {
	for _, controller := range controllers {
		if slices.Contains(h.Controllers, controller) {
			return true
		}
	}
	return false
}

// Directory is where a cgroup, named as in /proc/self/cgroup, is to be found;
// the mount point itself for one that lies outside of what is mounted.
func (h Hierarchy) Directory(cgroup string) string {
	root := strings.TrimSuffix(h.Root, "/")
	below, inside := strings.CutPrefix(cgroup, root)
	if !inside || below != "" && below[0] != '/' || strings.HasPrefix(below, "/..") {
		return h.Mount
	}
	return path.Join(h.Mount, below)
}

// Hierarchies finds those with a controller that mydocker uses, each controller
// in one of them. On a host without cgroups the list is empty.
func Hierarchies() ([]Hierarchy, error) {
	mounts, err := Mounts()
	if err != nil {
		return nil, err
	}
	hierarchies := hierarchiesOf(mounts)
	for i := range hierarchies {
		if hierarchies[i].Version == 2 {
			hierarchies[i].Controllers = unifiedControllers(hierarchies[i].Mount)
		}
	}
	return withDevices(choose(hierarchies), hierarchies), nil
}

// withDevices finds a place for device rules where no version 1 hierarchy holds
// them: version 2 has no controller for these, but takes a BPF program for each
// cgroup, whatever else lives there.
func withDevices(chosen, found []Hierarchy) []Hierarchy {
	if slices.ContainsFunc(chosen, func(h Hierarchy) bool { return h.Has(Devices) }) {
		return chosen
	}
	isUnified := func(h Hierarchy) bool { return h.Version == 2 }
	at := slices.IndexFunc(chosen, isUnified)
	if at < 0 {
		unified := slices.DeleteFunc(slices.Clone(found), func(h Hierarchy) bool { return !isUnified(h) })
		if len(unified) == 0 {
			return chosen
		}
		best := slices.MaxFunc(unified, func(a, b Hierarchy) int { return a.preference() - b.preference() })
		chosen, at = append(chosen, best), len(chosen)
	}
	chosen[at].Controllers = append(chosen[at].Controllers, Devices)
	return chosen
}

// unifiedControllers are those that version 2 offers below the mount point. One
// that is bound to a version 1 hierarchy, or that is not delegated to the
// container in which mydocker runs, is missing from the file.
func unifiedControllers(mount string) []string {
	// A mount point that another mount hides has no such file, and no use.
	offered, err := smallfile.Read(mount + "/cgroup.controllers")
	if err != nil {
		return nil
	}
	return used(strings.Fields(string(offered)))
}

// choose drops what is of no use, and settles on one mount point where the
// kernel lists several for a controller.
func choose(found []Hierarchy) []Hierarchy {
	var chosen []Hierarchy
	for _, next := range found {
		if len(next.Controllers) == 0 {
			continue
		}
		same := slices.IndexFunc(chosen, func(h Hierarchy) bool { return h.Has(next.Controllers...) })
		switch {
		case same < 0:
			chosen = append(chosen, next)
		case next.hides(chosen[same]) || next.preference() > chosen[same].preference():
			chosen[same] = next
		}
	}
	return chosen
}

// hides tells whether a mount that is listed later covers an earlier one.
func (h Hierarchy) hides(earlier Hierarchy) bool { return h.Mount == earlier.Mount }

// preference ranks mounts of one hierarchy. A root that starts with "/.." lies outside of our own cgroup
// namespace, where the kernel lets us move nothing.
func (h Hierarchy) preference() int {
	rank := 0
	if !h.ReadOnly {
		rank += 4
	}
	if !strings.HasPrefix(h.Root, "/..") {
		rank += 2
	}
	if strings.HasPrefix(h.Mount, "/sys/fs/cgroup") {
		rank++
	}
	return rank
}

// used keeps the controllers that mydocker uses.
func used(controllers []string) []string {
	return slices.DeleteFunc(controllers, func(controller string) bool {
		switch controller {
		case Memory, CPU, CPUAccount, CPUSet, Pids, Devices:
			return false
		}
		return true
	})
}
