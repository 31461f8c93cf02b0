package cgroupfs

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// pidsFile is there where the pids controller is.
const pidsFile = "pids.max"

// Kill sends SIGKILL to the processes in the cgroup, again and again, until
// none is left but the caller, one of whose threads may be visiting. Where the
// pids controller is, forks are stopped meanwhile, so that a fork bomb cannot
// outrun the signals.
func (d Directory) Kill() error {
	pids, err := d.others()
	if err != nil || len(pids) == 0 {
		return err
	}
	resume, err := d.stopForks()
	if err != nil {
		return err
	}
	return errors.Join(d.signalUntilEmpty(), resume())
}

// stopForks forbids new tasks and gives the way back.
func (d Directory) stopForks() (resume func() error, err error) {
	before, err := Read(d.Location(), pidsFile)
	if gone(err) {
		return func() error { return nil }, nil
	}
	if err == nil {
		err = Write(d.Location(), pidsFile, "0")
	}
	return func() error {
		return IgnoreGone(Write(d.Location(), pidsFile, before))
	}, IgnoreGone(err)
}

// allowForks undoes what a Kill left behind that was itself killed.
func (d Directory) allowForks() error {
	limit, err := Read(d.Location(), pidsFile)
	if err != nil || limit != "0" {
		return IgnoreGone(err)
	}
	return IgnoreGone(Write(d.Location(), pidsFile, "max"))
}

func (d Directory) signalUntilEmpty() error {
	wait := patiently()
	for {
		pids, err := d.others()
		if err != nil || len(pids) == 0 {
			return err
		}
		kill := func(pid int, holder Held) error { return holder.kill(pid) }
		if err := Each(pids, d.Processes, kill); err != nil {
			return fmt.Errorf("killing what is in cgroup %q: %w", d.Location(), err)
		}
		if !wait() {
			return d.survived(pids)
		}
	}
}

func (d Directory) survived(pids []int) error {
	return fmt.Errorf("killing what is in cgroup %q: pids %s did not die in %v; see /proc/PID/stack for what holds them",
		d.Location(), strings.Trim(fmt.Sprint(pids), "[]"), Patience)
}

// AwaitDeath calls killed, which kills and tells whether nothing was left, until
// it says so.
func (d Directory) AwaitDeath(killed func() (bool, error)) error {
	wait := patiently()
	for {
		if done, err := killed(); err != nil || done {
			return err
		}
		if !wait() {
			pids, err := d.Processes()
			return errors.Join(d.survived(pids), err)
		}
	}
}

func (d Directory) others() ([]int, error) {
	pids, err := d.Processes()
	own := os.Getpid()
	return slices.DeleteFunc(pids, func(pid int) bool { return pid == own }), err
}
