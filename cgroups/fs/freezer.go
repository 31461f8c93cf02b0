package fs

import (
	"fmt"
	"slices"

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
	missing := slices.DeleteFunc(wanted, func(pid int) bool { return slices.Contains(inside, pid) })
	return len(missing), cgroupfs.Each(missing, list, f.takeHeld)
}

// takeHeld moves one process. The kernel looks for the pid some milliseconds after
// it was written: when the process has died by then, whoever has its pid may have
// been moved.
func (f *Freezer) takeHeld(pid int, holder cgroupfs.Held) error {
	if !holder.Lives() {
		return nil
	}
	err := moveInto(f.Location(), pid)
	if err != nil || holder.Lives() {
		return err
	}
	return f.giveBack(pid)
}

// giveBack moves whoever has a pid out, if he is inside.
func (f *Freezer) giveBack(pid int) error {
	inside, err := f.Processes()
	if err != nil || !slices.Contains(inside, pid) {
		return err
	}
	home, err := f.home()
	if err != nil {
		return err
	}
	return moveInto(home, pid)
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
