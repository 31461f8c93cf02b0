package fs

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/internal/instance"
)

// stateFile is FROZEN, FREEZING or THAWED.
const stateFile = "freezer.state"

// Freezer is a cgroup of the freezer's hierarchy. It is there only while its
// processes are stopped.
type Freezer struct {
	cgroupfs.Directory
	hierarchy cgroups.Hierarchy
}

// NewFreezer gives the cgroup at path below the hierarchy's mount point.
func NewFreezer(hierarchy cgroups.Hierarchy, path string, mark instance.Mark) *Freezer {
	return &Freezer{
		Directory: cgroupfs.Directory{Base: hierarchy.Mount, Path: path, Mark: mark},
		hierarchy: hierarchy,
	}
}

// Freeze makes the cgroup, moves the processes that list gives into it, and
// returns when none of them runs any more. It asks for them again and again,
// since those that are not stopped yet may fork.
func (f *Freezer) Freeze(list func() ([]int, error)) error {
	if err := f.Make(); err != nil {
		return err
	}
	// A process that comes into a frozen cgroup is stopped.
	if err := cgroupfs.Write(f.Location(), stateFile, "FROZEN"); err != nil {
		return err
	}
	return cgroupfs.Await(func() (bool, error) {
		moved, err := f.take(list)
		if err != nil || moved > 0 {
			return false, err
		}
		state, err := cgroupfs.Read(f.Location(), stateFile)
		return state == "FROZEN", err
	}, fmt.Sprintf("freezing cgroup %q", f.Location()))
}

// take moves the processes that are not inside yet, and counts them.
func (f *Freezer) take(list func() ([]int, error)) (moved int, err error) {
	wanted, err := list()
	if err != nil {
		return 0, err
	}
	inside, err := f.Processes()
	if err != nil {
		return 0, err
	}
	for _, pid := range wanted {
		if slices.Contains(inside, pid) {
			continue
		}
		err := cgroupfs.Write(f.Location(), "cgroup.procs", strconv.Itoa(pid))
		if err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
			return moved, err
		}
		moved++
	}
	return moved, nil
}

// Thaw lets the processes go on, moves them to where the caller is, and removes
// the cgroup. One that is not there is success.
func (f *Freezer) Thaw() error {
	err := cgroupfs.Write(f.Location(), stateFile, "THAWED")
	if err != nil {
		return cgroupfs.IgnoreGone(err) // another command thaws it as well
	}
	own, err := cgroups.ThreadMembership()
	if err != nil {
		return err
	}
	home := own.In(f.hierarchy)
	return f.Remove(func() error { return f.release(home) })
}

// release moves all that is inside to another cgroup. It takes the place of
// killing when the cgroup is removed.
func (f *Freezer) release(home string) error {
	inside, err := f.Processes()
	for _, pid := range inside {
		if err == nil {
			err = cgroupfs.Write(home, "cgroup.procs", strconv.Itoa(pid))
		}
		if errors.Is(err, unix.ESRCH) {
			err = nil
		}
	}
	return err
}

// Frozen tells whether the cgroup is there.
func (f *Freezer) Frozen() (bool, error) { return cgroupfs.Exists(f.Location(), "."), nil }

// FreezeSteps gives the shell lines for Freeze and Thaw; from is the file that
// lists the processes.
func (f *Freezer) FreezeSteps(from string) (freeze, thaw []string) {
	freeze = append(f.MakeSteps(),
		cgroupfs.Echo("FROZEN", f.Location(), stateFile),
		fmt.Sprintf("for PID in $(cat %s); do echo $PID > %s/cgroup.procs; done", from, f.Location()),
	)
	thaw = append([]string{
		cgroupfs.Echo("THAWED", f.Location(), stateFile),
		fmt.Sprintf("for PID in $(cat %s/cgroup.procs); do echo $PID > %s/cgroup.procs; done", f.Location(), f.Base),
	}, f.RemoveSteps()...)
	return freeze, thaw
}
