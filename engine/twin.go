package engine

import (
	"fmt"
	"os"
	"slices"

	"mydocker/cgroups/cgroupfs"
	"mydocker/cgroups/manager"
)

// Another mydocker may use directories of the same names in a mount namespace of its
// own, such as a /run that only a service sees. Its objects bear our mark, and its
// monitors our command line.

// sees tells whether a process that names our directories means them: it is in our
// mount namespace, or one of them is the same there. A state directory may be shared
// by those who share no run-time directory.
func (e *Engine) sees(pid int) bool {
	its, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/mnt", pid))
	own, ownErr := os.Readlink("/proc/self/ns/mnt")
	if err != nil || ownErr != nil || its == own {
		return true
	}
	return slices.ContainsFunc([]string{e.Layout.Root, e.Layout.RunRoot}, func(directory string) bool {
		there, err := os.Stat(fmt.Sprintf("/proc/%d/root%s", pid, directory))
		here, hereErr := os.Stat(directory)
		return err == nil && hereErr == nil && os.SameFile(there, here)
	})
}

// hasTwin tells whether there is such an instance, as far as its running containers
// tell.
func (l *look) hasTwin() bool {
	all, err := manager.Containers()
	l.fail(err)
	return slices.ContainsFunc(all, func(found manager.Found) bool {
		if found.Ownership != cgroupfs.Marked || !l.mark().Same(found.Mark) || l.isDeserted(found) {
			return false
		}
		monitor, runs := hostOf(l.cgroupOf(found.Container))
		return runs && !l.sees(monitor.PID)
	})
}
