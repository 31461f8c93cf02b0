package engine

import (
	"errors"
	"fmt"
	"time"

	"mydocker/state"
)

// whenUnseen does work on a container at rest when nobody looks into it. work takes
// the container's lock and asks again (awaitViewers, for no time): it may have run and
// ended meanwhile, and others look into it who had not been there. work then gives
// the lock back, leaves all as it is and gives that error.
func (e *Engine) whenUnseen(id string, work func() error) error {
	for deadline := time.Now().Add(lockPatience); ; {
		if err := e.awaitViewers(id, time.Until(deadline)); err != nil {
			return err
		}
		err := work()
		if !isWatched(err) || time.Now().After(deadline) {
			return err
		}
	}
}

// awaitViewers waits for those who looked into a container while it ran. Its program
// has ended, so that nobody else comes. A *watchedError says that some still look.
func (e *Engine) awaitViewers(id string, patience time.Duration) error {
	err := state.AwaitShares(e.Layout.Lock(state.ViewLock, id), patience)
	if errors.Is(err, state.ErrLocked) {
		return &watchedError{id: id, cause: err}
	}
	return err
}

// watchedError says that somebody looks into a container. It is a state.ErrLocked.
type watchedError struct {
	id    string
	cause error
}

func (e *watchedError) Error() string {
	return fmt.Sprintf("waiting for those who copy or export what is in container %q: %v; try again when they are through", e.id, e.cause)
}

func (e *watchedError) Unwrap() error { return e.cause }

// isWatched tells whether something was left undone because somebody looks into the
// container, and not because of another lock.
func isWatched(err error) bool { return errors.As(err, new(*watchedError)) }

// isGoing tells whether a container was to go with its run, which has ended, and is kept
// only by those who look into it still.
func (c Container) isGoing() bool { return c.State == Exited && c.Record.AutoRemove }

// stopLooking gives back a share in looking into a container. One that was to go with its
// run and could not, because somebody looked into it, is removed by the last of them
// (leaveToViewers).
func (e *Engine) stopLooking(share *state.Share, id string) error {
	share.Release()
	record, err := e.load(id)
	if err != nil || !record.AutoRemove || record.unfinished() {
		return nil
	}
	return e.reconcileEnded(id)
}
