package manager

import (
	"errors"
	"fmt"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/cgroups/fs"
	"mydocker/resource"
)

// FreezeKind is how state files name the resource.
const FreezeKind = "freeze"

// Freeze stops all processes of a cgroup for as long as it is there, so that
// what they write fits together. They do not notice but for the time.
type Freeze struct {
	Cgroup *Cgroup `json:"cgroup"`
}

var _ resource.Resource = (*Freeze)(nil)

// Kind implements resource.Resource.
func (f *Freeze) Kind() string { return FreezeKind }

// String implements resource.Resource.
func (f *Freeze) String() string { return fmt.Sprintf("freeze of cgroup %q", f.Cgroup.Path) }

// ErrNoFreezer says that the kernel cannot stop a container's processes.
var ErrNoFreezer = errors.New("this host has neither cgroup version 2 (Linux 5.2) nor the freezer of version 1")

// ErrThawed says that somebody thawed a cgroup that was still being frozen.
var ErrThawed = errors.New("it has been thawed meanwhile")

// freezer gives the cgroup's part in the freezer's hierarchy of version 1.
func (f *Freeze) freezer() (*fs.Freezer, error) {
	hierarchy, found, err := cgroups.FindFreezer()
	if err == nil && !found {
		err = ErrNoFreezer
	}
	if err != nil {
		return nil, err
	}
	return fs.NewFreezer(hierarchy, f.Cgroup.Path, f.Cgroup.Instance), nil
}

// Create implements resource.Resource: it returns when all are stopped, or
// ErrThawed.
func (f *Freeze) Create() error {
	unified, err := f.Cgroup.unified()
	if err != nil {
		return err
	}
	if unified != nil {
		err = unified.Freeze()
	} else {
		err = f.freeze()
	}
	if err != nil && cgroupfs.IgnoreGone(err) == nil {
		return ErrThawed
	}
	return err
}

// freeze is for version 1.
func (f *Freeze) freeze() error {
	freezer, err := f.freezer()
	if err != nil {
		return err
	}
	return freezer.Freeze(f.Cgroup.Processes)
}

// Remove implements resource.Resource: all go on.
func (f *Freeze) Remove() error {
	unified, err := f.Cgroup.unified()
	if err != nil {
		return err
	}
	if unified != nil {
		return unified.Thaw()
	}
	freezer, err := f.freezer()
	if errors.Is(err, ErrNoFreezer) {
		return nil
	}
	if err != nil {
		return err
	}
	return freezer.Thaw()
}

// Check implements resource.Resource.
func (f *Freeze) Check() (resource.Status, error) {
	frozen, err := f.frozen()
	if err != nil {
		return resource.Status{}, err
	}
	if frozen {
		return resource.Status{State: resource.Present}, nil
	}
	return resource.Status{State: resource.Absent}, nil
}

func (f *Freeze) frozen() (bool, error) {
	unified, err := f.Cgroup.unified()
	if err != nil {
		return false, err
	}
	if unified != nil {
		return unified.Frozen()
	}
	freezer, err := f.freezer()
	if errors.Is(err, ErrNoFreezer) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return freezer.Frozen()
}

// Explain implements resource.Resource.
func (f *Freeze) Explain() resource.Steps {
	var steps resource.Steps
	all, err := f.Cgroup.managers()
	if err != nil || len(all) == 0 {
		return steps
	}
	if unified, err := f.Cgroup.unified(); err == nil && unified != nil {
		steps.Create, steps.Remove = unified.FreezeSteps()
		return steps
	}
	if freezer, err := f.freezer(); err == nil {
		steps.Create, steps.Remove = freezer.FreezeSteps(all[0].Location() + "/cgroup.procs")
	}
	return steps
}
