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
	ids    idmap.Map   // which of the host's the owners of its files are
	lock   *state.Lock // of a container that does not run; else nil
}

func (i *interior) close() error {
	err := i.View.Close()
	i.lock.Release()
	return err
}

// open opens the files of a container, running or not. One that does not run is
// locked meanwhile, so that nobody starts or removes it.
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
	}
	return e.openResting(found.Record.ID)
}

func (e *Engine) openRunning(found Container) (*interior, error) {
	live, err := e.loadLive(found.Record.ID)
	if err != nil {
		return nil, err
	}
	if live == nil {
		return nil, process.ErrGone
	}
	ids := found.Record.UserNS.ids()
	view, err := container.Look(container.Target{Pid: live.Program.PID, Start: live.Program.Start}, specs.User{UID: ids.First, GID: ids.First})
	if err != nil {
		return nil, err
	}
	return &interior{View: view, record: found.Record, ids: ids}, nil
}

// openResting takes the lock, for which it waits while somebody starts or ends
// the container, and looks again.
func (e *Engine) openResting(id string) (*interior, error) {
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
	switch found.State {
	case Up:
		return e.openRunning(found)
	case Exited:
		view, err := container.LookAtStopped(e.restingConfig(found.Record))
		if err != nil {
			return nil, fmt.Errorf("opening container %q: %w", id, err)
		}
		return &interior{View: view, record: found.Record, lock: lock}, nil
	}
	return nil, fmt.Errorf("opening container %q: it is %s; try again", id, found.State)
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
