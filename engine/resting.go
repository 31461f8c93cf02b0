package engine

import (
	"errors"
	"fmt"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container"
	"mydocker/internal/process"
	"mydocker/overlay"
	"mydocker/state"
)

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
