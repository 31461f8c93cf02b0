package engine

import (
	"errors"
	"fmt"
	"time"

	"mydocker/state"
)

// lockPatience is how long a command waits for another one that works on the
// same object.
const lockPatience = 60 * time.Second

// lockPause is how long a command rests before it tries again to have two
// locks at once.
const lockPause = 5 * time.Millisecond

func (e *Engine) lockContainer(id string) (*state.Lock, error) {
	lock, err := state.Acquire(e.Layout.Lock(state.ContainerLock, id), lockPatience)
	return lock, blameOther("container", id, err)
}

func (e *Engine) lockNetwork(name string) (*state.Lock, error) {
	lock, err := state.Acquire(e.Layout.Lock(state.NetworkLock, name), lockPatience)
	return lock, blameOther("network", name, err)
}

// blameOther says what it was that somebody else did not let go.
func blameOther(what, name string, err error) error {
	if !errors.Is(err, state.ErrLocked) {
		return err
	}
	return fmt.Errorf("waiting for %s %q: another mydocker command has been at work on it for %v; try again when it is through", what, name, lockPatience)
}

// hold takes a container's lock and gives the container as it is from then on.
// letGo gives the lock back; it is to be called in any case. reference is what
// the user calls the container.
func (e *Engine) hold(id, reference string) (found Container, letGo func(), err error) {
	lock, err := e.lockContainer(id)
	if err != nil {
		return Container{}, func() {}, err
	}
	found, err = e.Container(id)
	if errors.As(err, new(*NotFoundError)) {
		err = noContainer(reference)
	}
	return found, lock.Release, err
}

// holdSettled is hold, and finishes what a dead owner left undone.
func (e *Engine) holdSettled(id, reference string) (found Container, letGo func(), err error) {
	found, letGo, err = e.hold(id, reference)
	if err == nil {
		found, err = e.settled(found, reference)
	}
	return found, letGo, err
}

// holdWithNetwork is holdSettled for a container that is about to join its
// network.
// Locks are taken in the order network, container; but a network that has to
// wait for one of its containers, which may be in the middle of a long commit,
// would keep all others waiting. So it waits for neither with the other in
// hand.
func (e *Engine) holdWithNetwork(record *Record, reference string) (found Container, network *state.Lock, letGo func(), err error) {
	if record.Network == "" {
		found, letGo, err = e.holdSettled(record.ID, reference)
		return found, nil, letGo, err
	}
	network, container, err := e.lockBoth(record.Network, record.ID)
	if err != nil {
		return Container{}, nil, func() {}, err
	}
	if found, err = e.Container(record.ID); err == nil {
		found, err = e.settled(found, reference)
	}
	if errors.As(err, new(*NotFoundError)) {
		err = noContainer(reference)
	}
	letGo = func() {
		container.Release()
		network.Release()
	}
	return found, network, letGo, err
}

func (e *Engine) lockBoth(name, id string) (network, container *state.Lock, err error) {
	for deadline := time.Now().Add(lockPatience); ; time.Sleep(lockPause) {
		if network, err = e.lockNetwork(name); err != nil {
			return nil, nil, err
		}
		container, err = state.Acquire(e.Layout.Lock(state.ContainerLock, id), 0)
		if err == nil {
			return network, container, nil
		}
		network.Release()
		if !errors.Is(err, state.ErrLocked) || time.Now().After(deadline) {
			return nil, nil, blameOther("container", id, err)
		}
	}
}

// settled finishes what a dead command or monitor left of a container whose
// lock the caller has.
func (e *Engine) settled(found Container, reference string) (Container, error) {
	id, left := found.Record.ID, found.leftover()
	if left == nil {
		return found, nil
	}
	if err := e.settle(id, left); err != nil {
		return Container{}, err
	}
	found, err := e.Container(id)
	if errors.As(err, new(*NotFoundError)) {
		err = noContainer(reference)
	}
	return found, err
}
