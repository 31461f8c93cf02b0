package manager

import (
	"errors"
	"os"
	"runtime"
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

// EnterThread moves the calling thread into the cgroup's version 1 hierarchies
// and locks it to the goroutine. Children that it forks are born there. leave,
// called by the same goroutine, takes it back to where it came from. Until then
// the caller's pid is listed in the cgroup, Remove finds it busy, and another
// process that kills the cgroup kills the caller.
//
// For version 2, where a thread cannot go alone, the child is cloned into
// OpenDirectory. A hybrid host may need both; on each host one of them may be of
// no effect, so that a caller does both without asking. It takes 0.2 ms on four
// hierarchies, where Join needs 5 to 20.
func (c *Cgroup) EnterThread() (leave func() error, err error) {
	managers, err := c.managers()
	if err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	own, err := cgroups.ThreadMembership()
	if err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	var ways []func() error
	for _, m := range managers {
		back, err := m.EnterThread(own)
		if err != nil {
			return nil, errors.Join(err, comeBack(ways))
		}
		ways = append(ways, back)
	}
	return func() error { return comeBack(ways) }, nil
}

// comeBack unlocks the thread only if it is back everywhere. One that is not
// dies with its goroutine, so that no other work is done in the cgroup.
func comeBack(ways []func() error) error {
	var errs []error
	for _, back := range ways {
		errs = append(errs, back())
	}
	err := errors.Join(errs...)
	if err == nil {
		runtime.UnlockOSThread()
	}
	return err
}

// OpenTasks opens the cgroup's lists of threads in the version 1 hierarchies. A
// process of one thread moves itself into the cgroup by writing "0" to each,
// which takes 0.1 ms where Join needs 5 to 20; and the limit of processes does
// not keep it out. The caller closes them.
func (c *Cgroup) OpenTasks() (lists []*os.File, err error) {
	err = c.each(func(m cgroups.Manager) error {
		list, err := m.OpenTasks()
		if err == nil && list != nil {
			lists = append(lists, list)
		}
		return err
	})
	if err != nil {
		for _, list := range lists {
			list.Close()
		}
		return nil, err
	}
	return lists, nil
}

// OpenDirectory opens the cgroup's version 2 directory for CLONE_INTO_CGROUP. It
// is nil on a host where version 2 has no controller that is used.
func (c *Cgroup) OpenDirectory() (*os.File, error) {
	unified, err := c.unified()
	if unified == nil {
		return nil, err
	}
	return unified.OpenDirectory()
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
