package manager

import (
	"errors"
	"fmt"
	"slices"

	"mydocker/cgroups"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Verify says, before anything on the host changes, which limits it cannot hold
// and what to do about each. nil limits need cgroups as such: by them a
// container is counted and killed.
func Verify(limits *specs.LinuxResources) error {
	if err := verifyValues(limits); err != nil {
		return err
	}
	hierarchies, err := Hierarchies()
	if err != nil {
		return err
	}
	return verifyHost(hierarchies, limits)
}

func verifyHost(hierarchies []cgroups.Hierarchy, limits *specs.LinuxResources) error {
	errs := []error{verifyCPUs(limits), verifyOffered(hierarchies, limits)}
	used := cgroups.UsedControllers(limits)
	for _, hierarchy := range hierarchies {
		if hierarchy.ReadOnly && hierarchy.Has(used...) {
			errs = append(errs, readOnlyError(hierarchy))
		}
	}
	for _, m := range managers(hierarchies, "", limits, "") {
		errs = append(errs, m.Verify())
	}
	return errors.Join(errs...)
}

// verifyOffered says which limits have no hierarchy that could hold them. Other mount
// namespaces may show fewer than the one in which a cgroup was made.
func verifyOffered(hierarchies []cgroups.Hierarchy, limits *specs.LinuxResources) error {
	used := cgroups.UsedControllers(limits)
	if !slices.ContainsFunc(hierarchies, func(h cgroups.Hierarchy) bool { return h.Has(used...) }) {
		return errors.New("finding cgroup hierarchies: none is mounted with a pids, memory or cpu controller; " +
			"mount version 2 with: mount -t cgroup2 none /sys/fs/cgroup; " +
			"\"ip netns exec NAME\" hides those of the host, \"nsenter --net=/run/netns/NAME\" does not")
	}
	var errs []error
	for _, controller := range cgroups.LimitedControllers(limits) {
		errs = append(errs, verifyController(hierarchies, controller))
	}
	return errors.Join(errs...)
}

func readOnlyError(hierarchy cgroups.Hierarchy) error {
	return fmt.Errorf("using cgroup hierarchy %q: it is mounted read-only; remount it with: mount -o remount,rw %[1]s, "+
		"and inside a container give that one --privileged", hierarchy.Mount)
}

// verifyController says that no hierarchy has the controller of a limit.
func verifyController(hierarchies []cgroups.Hierarchy, controller string) error {
	has := func(h cgroups.Hierarchy) bool { return h.Has(controller) }
	if slices.ContainsFunc(hierarchies, has) {
		return nil
	}
	return fmt.Errorf("%s limit: this host offers no %[1]s controller; %s", controller, controllerRemedy(hierarchies, controller))
}

func controllerRemedy(hierarchies []cgroups.Hierarchy, controller string) string {
	if controller == cgroups.Devices {
		return "mount version 2 with: mount -t cgroup2 none /sys/fs/cgroup"
	}
	for _, hierarchy := range hierarchies {
		if hierarchy.Version == 2 {
			return fmt.Sprintf("%s/cgroup.controllers does not list it: boot with cgroup_enable=%s, or have it delegated by the outer container",
				hierarchy.Mount, controller)
		}
	}
	return fmt.Sprintf("boot with cgroup_enable=%s, and mount it with: mkdir -p /sys/fs/cgroup/%[1]s && mount -t cgroup -o %[1]s none /sys/fs/cgroup/%[1]s",
		controller)
}
