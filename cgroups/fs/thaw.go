package fs

import (
	"errors"
	"strconv"

	"golang.org/x/sys/unix"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
)

// Thaw lets the processes go on, moves them to where the caller is, and removes
// the cgroup. One that is not there is success.
func (f *Freezer) Thaw() error {
	err := cgroupfs.Write(f.Location(), stateFile, "THAWED")
	if err != nil {
		return cgroupfs.IgnoreGone(err) // another command thaws it as well
	}
	home, err := f.home()
	if err != nil {
		return err
	}
	return f.Remove(func() error { return f.release(home) })
}

// home is where the caller is.
func (f *Freezer) home() (string, error) {
	own, err := cgroups.ThreadMembership()
	return own.In(f.hierarchy), err
}

// release moves all that is inside to another cgroup. It takes the place of
// killing when the cgroup is removed.
func (f *Freezer) release(home string) error {
	inside, err := f.Processes()
	if err != nil {
		return err
	}
	return cgroupfs.Each(inside, f.Processes, func(pid int, _ cgroupfs.Held) error { return moveInto(home, pid) })
}

// moveInto moves a process to a cgroup, unless it has ended.
func moveInto(directory string, pid int) error {
	err := cgroupfs.Write(directory, "cgroup.procs", strconv.Itoa(pid))
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}
