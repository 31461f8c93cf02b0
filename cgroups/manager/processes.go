package manager

import (
	"os"
	"slices"

	"mydocker/cgroups"
	"mydocker/cgroups/fs2"
)

// Processes lists the pids in the cgroup, in whichever hierarchy, sorted. A
// cgroup that is not there has none.
func (c *Cgroup) Processes() ([]int, error) {
	var pids []int
	err := c.each(func(m cgroups.Manager) error {
		inside, err := m.Processes()
		pids = append(pids, inside...)
		return err
	})
	slices.Sort(pids)
	return slices.Compact(pids), err
}

// OpenDirectoryOf opens the version 2 directory in which a process is: the
// cgroup's own or one below it. It is nil where OpenDirectory is.
func (c *Cgroup) OpenDirectoryOf(pid int) (*os.File, error) {
	unified, err := c.unified()
	if unified == nil {
		return nil, err
	}
	return unified.OpenDirectoryOf(pid)
}

// unified gives the cgroup's part in version 2, nil where it has none.
func (c *Cgroup) unified() (*fs2.Manager, error) {
	managers, err := c.managers()
	for _, m := range managers {
		if unified, ok := m.(*fs2.Manager); ok {
			return unified, nil
		}
	}
	return nil, err
}
