package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"mydocker/internal/process"
	"mydocker/state"
)

// Reconcile finishes or takes back what commands and monitors that have died
// left undone. It looks only at what is in flight, touches nothing that has a
// living owner, and is the first thing that a changing command does.
func (e *Engine) Reconcile() error {
	bootID, err := process.BootID()
	if err != nil {
		return err
	}
	usual := func() error {
		return errors.Join(e.reconcileFrozen(bootID), e.reconcileNetworks(bootID), e.reconcileContainers(bootID), e.Images.Sweep(), e.sweepLocks(), e.sweepWrites())
	}
	if e.bootKnown(bootID) {
		return usual()
	}
	return e.reconcileBoot(bootID, usual)
}

func (e *Engine) reconcileContainers(bootID string) error {
	directory, err := os.Open(e.Layout.Live())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer directory.Close()
	said := e.attend(directory)
	if said.complete {
		return nil
	}
	ids, err := listNames(directory)
	if err != nil {
		return err
	}
	e.correct(said, ids)
	var errs []error
	for _, id := range e.orphans(ids, said.signed, bootID) {
		if err := e.reconcileContainer(id, bootID); err != nil {
			errs = append(errs, fmt.Errorf("cleaning up container %q: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

// orphans gives those of containers in flight that nobody sees to. Those who have
// a monitor that has signed are not among them.
func (e *Engine) orphans(ids []string, signed map[string]bool, bootID string) (orphans []string) {
	unknown := slices.DeleteFunc(ids, func(id string) bool { return signed[id] })
	owned := make([]bool, len(unknown))
	spread(len(unknown), func(i int) {
		live, err := e.loadLive(unknown[i])
		owned[i] = err == nil && live.owned(bootID)
	})
	for i, id := range unknown {
		if !owned[i] {
			orphans = append(orphans, id)
		}
	}
	return orphans
}

func (e *Engine) reconcileContainer(id, bootID string) error {
	lock, err := state.Acquire(e.Layout.Lock(state.ContainerLock, id), 0)
	if errors.Is(err, state.ErrLocked) {
		return nil // somebody is at work on it
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	err = e.reconcileLocked(id, bootID)
	if isWatched(err) {
		return nil
	}
	return err
}

// reconcilePatience is how long a command waits for a program that somebody
// else's container has left and that does not die.
const reconcilePatience = time.Second

// reconcileLocked looks again under the lock. A live record that is lost or
// cannot be read names no owner; if the container has a monitor all the same, it
// is left alone.
func (e *Engine) reconcileLocked(id, bootID string) error {
	live, err := e.loadLive(id)
	if live == nil && (err == nil || errors.As(err, new(*state.CorruptError))) {
		return e.reconcileLost(id, err)
	}
	if err != nil || live.owned(bootID) {
		return err
	}
	if live.BootID != bootID && live.Program.PID != 0 {
		live.Work = Interrupted
	}
	if err := e.kill(id, live, reconcilePatience); err != nil {
		return err
	}
	return e.settle(id, live)
}

func (e *Engine) reconcileLost(id string, cause error) error {
	monitors, err := e.monitors()
	if err != nil {
		return err
	}
	if monitor, runs := monitors[id]; runs {
		if cause == nil && e.isEnding(id) {
			return nil
		}
		if cause == nil {
			cause = &state.CorruptError{Path: e.livePath(id), Cause: fs.ErrNotExist}
		}
		return fmt.Errorf("%w; its monitor (pid %d) runs", cause, monitor.PID)
	}
	return e.settle(id, &Live{Work: Lost})
}

// isEnding tells whether a container without a live record is about to be at
// rest: its end is written down, or its record has gone.
func (e *Engine) isEnding(id string) bool {
	record, err := e.load(id)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !record.unfinished()
}

// sweepLocks removes the lock files of commands that died.
func (e *Engine) sweepLocks() error {
	var errs []error
	for _, directory := range e.lockDirectories() {
		errs = append(errs, state.SweepLocks(directory))
	}
	return errors.Join(errs...)
}

func (e *Engine) lockDirectories() (directories []string) {
	for _, class := range []state.LockClass{state.NetworkLock, state.ContainerLock, state.ViewLock, state.ImageLock, state.SubIDLock} {
		directories = append(directories, filepath.Dir(e.Layout.Lock(class, "any")))
	}
	return directories
}

// sweepWrites removes what dead commands left of writes to files that may not be
// written again soon.
func (e *Engine) sweepWrites() error {
	var errs []error
	for _, directory := range e.sharedDirectories() {
		errs = append(errs, state.SweepWrites(directory))
	}
	return errors.Join(errs...)
}

// sharedDirectories are those of records that are not in a directory of a
// container.
func (e *Engine) sharedDirectories() []string {
	return []string{e.Layout.Networks(), e.networkMarks(), e.freezeMarks()}
}

func (e *Engine) reconcileNetworks(bootID string) error {
	marks, err := listDirectory(e.networkMarks())
	if err != nil {
		return err
	}
	var errs []error
	for _, mark := range marks {
		name := strings.TrimSuffix(mark, ".json")
		if err := e.reconcileNetwork(name, bootID); err != nil {
			errs = append(errs, fmt.Errorf("cleaning up network %q: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

func (e *Engine) reconcileNetwork(name, bootID string) error {
	lock, err := state.Acquire(e.Layout.Lock(state.NetworkLock, name), 0)
	if errors.Is(err, state.ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	return e.finishNetwork(name, bootID)
}
