package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mydocker/network/ipam"
	"mydocker/state"
)

// bootPath holds the ID of the boot that the state below the run root is of.
func (e *Engine) bootPath() string { return filepath.Join(e.Layout.RunRoot, "boot") }

func (e *Engine) bootKnown(bootID string) bool {
	known, err := os.ReadFile(e.bootPath())
	return err == nil && string(known) == bootID
}

// reconcileBoot does, once after each boot and after somebody has deleted the
// run-time directory, what takes a look at every container: those that run are
// written down again, those that were running are brought to rest, and what had
// not reached the disk when the power went leaves nothing half there. In between
// it does the usual work.
func (e *Engine) reconcileBoot(bootID string, usual func() error) error {
	if err := state.Remove(e.rollPath()); err != nil { // a power cut marks nobody on it
		return err
	}
	ids, err := e.everyID()
	if err != nil {
		return err
	}
	known, errs := true, []error(nil)
	for id := range ids {
		switch err := e.reconcileInterrupted(id, bootID); {
		case errors.Is(err, state.ErrLocked):
			known = false // whoever works on it may die before it is at rest
		case err != nil:
			errs = append(errs, fmt.Errorf("cleaning up container %q after a reboot: %w", id, err))
		}
	}
	errs = append(errs, usual(), e.freeLeases())
	if known {
		errs = append(errs, state.WriteFile(e.bootPath(), []byte(bootID), state.Quick))
	}
	return errors.Join(errs...)
}

// everyID gives the containers that have a directory, or a name.
func (e *Engine) everyID() (map[string]bool, error) {
	directories, err := e.containerIDs()
	if err != nil {
		return nil, err
	}
	ids := map[string]bool{}
	for _, id := range directories {
		ids[id] = true
	}
	names, err := listDirectory(e.Layout.Names())
	for _, name := range names {
		if id, err := os.Readlink(filepath.Join(e.Layout.Names(), name)); err == nil {
			ids[id] = true
		}
	}
	return ids, err
}

// reconcileInterrupted sees to one container. What has a live record is
// reconcileContainers' to see to. state.ErrLocked says that somebody works on it.
func (e *Engine) reconcileInterrupted(id, bootID string) error {
	lock, err := state.Acquire(e.Layout.Lock(state.ContainerLock, id), 0)
	if err != nil {
		return err
	}
	defer lock.Release()
	if state.Exists(e.livePath(id)) {
		return nil
	}
	record, err := e.load(id)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return e.removeLost(id)
	case err != nil || !record.unfinished():
		return nil // of a broken one the user is told by whoever needs it
	}
	live := e.recall(record, bootID)
	if err := e.saveLive(id, live); err != nil || live.owned(bootID) {
		return err
	}
	return e.settle(id, live) // should this not succeed, the next command goes on with it
}

// recall gives what the live record of a container has to say that has none
// and of whose end nothing is known.
func (e *Engine) recall(record *Record, bootID string) *Live {
	if live := e.rediscover(record, bootID); live != nil {
		return live
	}
	work := Interrupted
	if record.BootID == bootID {
		work = Lost
	}
	return &Live{Work: work, Since: record.Started}
}

// removeLost removes what is left of a container whose record had not reached
// the disk. What somebody may want is set aside.
func (e *Engine) removeLost(id string) error {
	monitors, err := e.monitors()
	if _, runs := monitors[id]; runs || err != nil {
		return err
	}
	if err := e.traces(id).Remove(e.observer()); err != nil {
		return err
	}
	wanted, err := holdsContent(e.Layout.Container(id))
	if err != nil {
		return err
	}
	if !wanted {
		return e.removeDirectory(id)
	}
	place, err := e.removeRemains(id)
	if err != nil {
		return err
	}
	return fmt.Errorf("its record was lost; what it has written is in %q now", place)
}

// holdsContent tells whether there is more in a directory than directories and
// empty files.
func holdsContent(directory string) (found bool, err error) {
	err = filepath.WalkDir(directory, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) || err == nil && entry.IsDir() {
			return nil
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() || info.Size() > 0 {
			found = true
			return fs.SkipAll
		}
		return nil
	})
	return found, err
}

// freeLeases gives back the addresses of containers that are no more, where
// the run root outlives a reboot.
func (e *Engine) freeLeases() error {
	networks, err := listDirectory(e.Layout.Leases(""))
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range networks {
		leases, err := ipam.Leases(e.Layout.Leases(name))
		errs = append(errs, err)
		for _, lease := range leases {
			if lease.Owner != "" && !state.Exists(e.livePath(lease.Owner)) {
				errs = append(errs, lease.Remove())
			}
		}
	}
	return errors.Join(errs...)
}
