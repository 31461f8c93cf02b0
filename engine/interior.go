package engine

import (
	"errors"
	"fmt"
	"time"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container"
	"mydocker/internal/idmap"
	"mydocker/internal/process"
	"mydocker/overlay"
	"mydocker/state"
)

// interior is a container whose files are open from outside.
type interior struct {
	*container.View
	record *Record
	ids    idmap.Map    // which of the host's the owners of its files are
	lock   *state.Lock  // of a container that does not run; else nil
	share  *state.Share // of one that runs; else nil
	engine *Engine
}

func (i *interior) close() error {
	err := i.View.Close()
	i.lock.Release()
	if i.share != nil {
		i.share.Release()
		err = errors.Join(err, i.engine.concludeLate(i.record.ID))
	}
	return err
}

// open opens the files of a container, running or not. One that does not run is
// locked meanwhile, so that nobody starts or removes it. One that runs many may look
// into, and stop; its files stay until all of them are through (awaitViewers).
func (e *Engine) open(reference string) (*interior, error) {
	found, err := e.Container(reference)
	if err != nil {
		return nil, err
	}
	if found.State == Up {
		opened, err := e.openRunning(found)
		if !errors.Is(err, process.ErrGone) {
			return opened, err
		}
		if err := e.awaitTidy(found, reference); err != nil {
			return nil, err
		}
	}
	if err := refuseGoing(found); err != nil {
		return nil, err
	}
	return e.openResting(found.Record.ID)
}

func (e *Engine) openRunning(found Container) (*interior, error) {
	share, err := state.TakeShare(e.Layout.Lock(state.ViewLock, found.Record.ID))
	if err != nil {
		return nil, err
	}
	view, err := e.look(found.Record)
	if err != nil {
		share.Release()
		return nil, err
	}
	return &interior{View: view, record: found.Record, ids: found.Record.UserNS.ids(), share: share, engine: e}, nil
}

func (e *Engine) look(record *Record) (*container.View, error) {
	live, err := e.loadLive(record.ID)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return nil, process.ErrGone
	}
	ids := record.UserNS.ids()
	return container.Look(container.Target{Pid: live.Program.PID, Start: live.Program.Start}, specs.User{UID: ids.First, GID: ids.First})
}

// awaitViewers waits for those who looked into a container while it ran. Its program
// has ended, so that nobody else comes. state.ErrLocked says that some still look.
func (e *Engine) awaitViewers(id string, patience time.Duration) error {
	err := state.AwaitShares(e.Layout.Lock(state.ViewLock, id), patience)
	if err != nil {
		return fmt.Errorf("waiting for those who copy or export what is in container %q: %w; try again when they are through", id, err)
	}
	return nil
}

// concludeLate removes a container that was to go with its run and could not, because
// somebody looked into it. The last to look sees to it (leaveToViewers).
func (e *Engine) concludeLate(id string) error {
	record, err := e.load(id)
	if err != nil || !record.AutoRemove || record.unfinished() {
		return nil
	}
	return e.reconcileEnded(id)
}

// openResting waits for those who look into a container, and for those who start or end
// it. It may have run again meanwhile, and others look into it that had not been there.
func (e *Engine) openResting(id string) (opened *interior, err error) {
	for deadline := time.Now().Add(lockPatience); ; {
		if err := e.awaitViewers(id, time.Until(deadline)); err != nil {
			return nil, err
		}
		opened, err = e.openUnseen(id)
		if !errors.Is(err, state.ErrLocked) || time.Now().After(deadline) {
			return opened, err
		}
	}
}

// openUnseen takes the lock and looks again. state.ErrLocked says that others look into
// the container.
func (e *Engine) openUnseen(id string) (*interior, error) {
	lock, err := e.lockContainer(id)
	if err != nil {
		return nil, err
	}
	opened, err := e.openLocked(id, lock)
	if err != nil || opened.lock == nil {
		lock.Release()
	}
	return opened, err
}

func (e *Engine) openLocked(id string, lock *state.Lock) (*interior, error) {
	found, err := e.Container(id)
	if err != nil {
		return nil, err
	}
	if err := refuseGoing(found); err != nil {
		return nil, err
	}
	switch found.State {
	case Up:
		opened, err := e.openRunning(found)
		if errors.Is(err, process.ErrGone) {
			err = justEnded("opening", id)
		}
		return opened, err
	case Exited:
		if err := e.awaitViewers(id, 0); err != nil {
			return nil, err
		}
		view, err := container.LookAtStopped(e.restingConfig(found.Record))
		if err != nil {
			return nil, fmt.Errorf("opening container %q: %w", id, err)
		}
		return &interior{View: view, record: found.Record, lock: lock}, nil
	}
	return nil, fmt.Errorf("opening container %q: it is %s; try again", id, found.State)
}

// refuseGoing refuses a container that only those keep who look into it still. It
// cannot be mounted again: its upper directory is volatile.
func refuseGoing(found Container) error {
	if found.State == Exited && found.Record.AutoRemove {
		return fmt.Errorf("opening container %q: it is %s; try again", found.Record.ID, Leaving)
	}
	return nil
}

// restingConfig is the container's root with its volumes.
func (e *Engine) restingConfig(record *Record) container.Config {
	return container.Config{
		ID: record.ID, Rootfs: overlay.Mount(e.layers(record), e.upper(record)),
		Spec: &specs.Spec{
			Root:   &specs.Root{Readonly: record.ReadOnly},
			Mounts: outermostFirst(mapVolumes(record.Mounts, nil)), // as they are on disk
			Linux:  &specs.Linux{},
		},
	}
}
