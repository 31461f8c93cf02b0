package engine

import (
	"errors"
	"fmt"

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
	absent absences     // in one that does not run
	engine *Engine
}

func (i *interior) territory() territory { return territory{i.Root, i.absent} }

func (i *interior) close() error {
	err := i.View.Close()
	i.lock.Release()
	if i.share != nil {
		err = errors.Join(err, i.engine.stopLooking(i.share, i.record.ID))
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
	if err := refuseGoing(found, reference); err != nil {
		return nil, err
	}
	return e.openResting(found.Record.ID, reference)
}

func (e *Engine) openRunning(found Container) (*interior, error) {
	share, err := state.TakeShare(e.Layout.Lock(state.ViewLock, found.Record.ID))
	if err != nil {
		return nil, err
	}
	view, err := e.look(found.Record)
	if err != nil {
		return nil, errors.Join(err, e.stopLooking(share, found.Record.ID))
	}
	return &interior{View: view, record: found.Record, ids: found.Record.UserNS.ids(), share: share, engine: e}, nil
}

func (e *Engine) look(record *Record) (*container.View, error) {
	live, err := e.loadLive(record.ID)
	if err != nil {
		return nil, err
	}
	if live == nil || live.Program.PID == 0 { // its next run may be about to begin
		return nil, process.ErrGone
	}
	ids := record.UserNS.ids()
	return container.Look(container.Target{Pid: live.Program.PID, Start: live.Program.Start}, specs.User{UID: ids.First, GID: ids.First})
}

// openResting waits for those who look into a container, and for those who start or end
// it.
func (e *Engine) openResting(id, reference string) (opened *interior, err error) {
	err = e.whenUnseen(id, func() error {
		opened, err = e.openUnseen(id, reference)
		return err
	})
	return opened, err
}

// openUnseen takes the lock and looks again. A *watchedError says that others look into
// the container.
func (e *Engine) openUnseen(id, reference string) (*interior, error) {
	lock, err := e.lockContainer(id)
	if err != nil {
		return nil, err
	}
	opened, err := e.openLocked(id, reference, lock)
	if err != nil || opened.lock == nil {
		lock.Release()
	}
	return opened, err
}

func (e *Engine) openLocked(id, reference string, lock *state.Lock) (*interior, error) {
	found, err := e.Container(id)
	if err != nil {
		return nil, err
	}
	if err := refuseGoing(found, reference); err != nil {
		return nil, err
	}
	switch found.State {
	case Up:
		lock.Release() // it may have to be removed after the look (stopLooking)
		opened, err := e.openRunning(found)
		if errors.Is(err, process.ErrGone) {
			err = justEnded("opening", reference)
		}
		return opened, err
	case Exited:
		if err := e.awaitViewers(id, 0); err != nil {
			return nil, err
		}
		opened, err := e.openExited(found.Record)
		if err != nil {
			return nil, fmt.Errorf("opening container %q: %w", reference, err)
		}
		opened.lock = lock
		return opened, nil
	}
	return nil, fmt.Errorf("opening container %q: it is %s; try again", reference, found.State)
}

// openExited mounts a container with the volumes that are there.
func (e *Engine) openExited(record *Record) (*interior, error) {
	present, absent := separate(record.Mounts)
	view, err := container.LookAtStopped(e.restingConfig(record, present))
	if err != nil {
		return nil, err
	}
	if err := absent.locate(view.Root); err != nil {
		return nil, errors.Join(err, view.Close())
	}
	return &interior{View: view, record: record, absent: absent}, nil
}

// refuseGoing refuses a container that cannot be mounted again: its upper directory is
// volatile.
func refuseGoing(found Container, reference string) error {
	if found.isGoing() {
		return fmt.Errorf("opening container %q: it is %s; try again", reference, Leaving)
	}
	return nil
}

// restingConfig is the container's root with some of its volumes.
func (e *Engine) restingConfig(record *Record, volumes []specs.Mount) container.Config {
	return container.Config{
		ID: record.ID, Rootfs: overlay.Mount(e.layers(record), e.upper(record)),
		Spec: &specs.Spec{
			Root:   &specs.Root{Readonly: record.ReadOnly},
			Mounts: mapVolumes(volumes, nil), // as they are on disk
			Linux:  &specs.Linux{},
		},
	}
}
