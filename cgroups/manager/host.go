package manager

import (
	"slices"

	"mydocker/cgroups"
	"mydocker/cgroups/fs"
	"mydocker/cgroups/fs2"
	"mydocker/internal/instance"
	"mydocker/internal/remembered"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// host remembers what hierarchies there are, which a process asks many times.
var host remembered.Value[[]cgroups.Hierarchy]

// Hierarchies gives the host's cgroup hierarchies, found once per process.
func Hierarchies() ([]cgroups.Hierarchy, error) { return host.Get(cgroups.Hierarchies) }

// Offers tells whether any hierarchy has the controller.
func Offers(controller string) bool {
	hierarchies, err := Hierarchies()
	return err == nil && slices.ContainsFunc(hierarchies, func(h cgroups.Hierarchy) bool { return h.Has(controller) })
}

// managers gives a Manager for each hierarchy with a controller that the limits
// use, or that is named, the one with the pids controller first.
func managers(hierarchies []cgroups.Hierarchy, path string, limits *specs.LinuxResources, mark instance.Mark, also ...string) []cgroups.Manager {
	used := append(cgroups.UsedControllers(limits), also...)
	var managers []cgroups.Manager
	for _, hierarchy := range hierarchies {
		if !hierarchy.Has(used...) {
			continue
		}
		m := manager(hierarchy, path, limits, mark)
		if hierarchy.Has(cgroups.Pids) {
			managers = slices.Insert(managers, 0, m)
			continue
		}
		managers = append(managers, m)
	}
	return managers
}

func manager(hierarchy cgroups.Hierarchy, path string, limits *specs.LinuxResources, mark instance.Mark) cgroups.Manager {
	if hierarchy.Version == 1 {
		m := fs.New(hierarchy, path, limits)
		m.Mark = mark
		return m
	}
	m := fs2.New(hierarchy, path, limits)
	m.Mark = mark
	return m
}
