package engine

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"
)

// Remove removes a container. One that runs is refused, unless force kills it
// first.
func (e *Engine) Remove(reference string, force bool) error {
	found, err := e.Container(reference)
	if err != nil {
		return err
	}
	if err := checkRemove(found, reference, force); err != nil {
		return err
	}
	if force {
		return e.removeByForce(found, reference)
	}
	return e.removeResting(found.Record.ID, reference)
}

// checkRemove refuses what runs, unless it is to be killed.
func checkRemove(found Container, reference string, force bool) error {
	if found.State == Exited || found.State == Leaving || force {
		return nil
	}
	return &inUseError{reference: reference, status: found.Status()}
}

// inUseError refuses the removal of a container that runs.
type inUseError struct{ reference, status string }

func (e *inUseError) Error() string {
	return fmt.Sprintf("removing container %q: it is %s; stop it first with \"mydocker stop %s\" or use \"mydocker rm -f %s\"",
		e.reference, e.status, e.reference, e.reference)
}

// removeByForce ends a container and removes it. Somebody may start it again
// in between, so that it is ended as often as it takes.
func (e *Engine) removeByForce(found Container, reference string) error {
	for deadline := time.Now().Add(lockPatience); ; {
		ended := found.State == Up || found.State == Starting
		if err := e.forceEnd(found, reference); err != nil {
			return err
		}
		err := e.removeResting(found.Record.ID, reference)
		if errors.As(err, new(*NotFoundError)) && ended && found.Record.AutoRemove {
			return nil // it went with its run, which ended here
		}
		if !errors.As(err, new(*inUseError)) || time.Now().After(deadline) {
			return err
		}
		if found, err = e.Container(found.Record.ID); err != nil {
			return noContainer(reference)
		}
	}
}

// forceEnd kills a container's program and waits until its monitor has
// cleaned up. One that is starting has to begin first.
func (e *Engine) forceEnd(found Container, reference string) (err error) {
	if found.State == Starting {
		if found, err = e.begun(found.Record.ID); err != nil {
			return e.abort(found, reference, err)
		}
	}
	if found.State != Up {
		return nil
	}
	return e.endProgram(found, reference, unix.SIGKILL, 0)
}

// abort ends a start that does not come to an end by itself: without its
// monitor it comes to nothing, and whoever waits for it takes it back.
func (e *Engine) abort(found Container, reference string, cause error) error {
	if errors.As(cause, new(*NotFoundError)) {
		return noContainer(reference)
	}
	if found.live == nil {
		return cause
	}
	return ignoreGone(found.live.Owner.signal(unix.SIGKILL))
}

func (e *Engine) removeResting(id, reference string) error {
	return e.whenUnseen(id, func() error { return e.removeUnseen(id, reference) })
}

// removeUnseen removes a container under its lock. By now it may have been removed, or
// started again, by somebody else. A *watchedError says that somebody looks into it.
func (e *Engine) removeUnseen(id, reference string) error {
	found, letGo, err := e.hold(id, reference)
	defer letGo()
	if err != nil {
		return err
	}
	if found.State != Exited {
		return &inUseError{reference: reference, status: found.Status()}
	}
	if found.live != nil { // its owner is dead; this goes on from there
		if err := e.kill(id, found.live, killPatience); err != nil {
			return fmt.Errorf("removing container %q: %w", reference, err)
		}
	}
	if err := e.awaitViewers(id, 0); err != nil {
		return err
	}
	claim, err := ownWork(Removing)
	if err == nil {
		err = e.saveLive(id, claim)
	}
	if err != nil && !cannotWrite(err) {
		return err
	}
	found.Record.AutoRemove = true
	return insistently(func() error { return e.removeAll(found) })
}

// removeAll goes on where a dead owner has stopped. Any other one has left nothing in
// the kernel.
func (e *Engine) removeAll(found Container) error {
	if found.live != nil {
		if err := e.unplug(found.Record); err != nil {
			return err
		}
	}
	return e.erase(found.Record)
}

// cannotWrite tells whether a write failed because nothing can be written
// there. Whoever removes something goes on then: a full disk must not keep
// anybody from making room. Should the command die, the user repeats it.
func cannotWrite(err error) bool {
	for _, reason := range []error{unix.ENOSPC, unix.EDQUOT, unix.EROFS, unix.EFBIG} {
		if errors.Is(err, reason) {
			return true
		}
	}
	return false
}
