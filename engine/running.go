package engine

import (
	"fmt"
	"time"
)

// startPause is how often a container that is starting is looked at.
const startPause = 5 * time.Millisecond

// begun finds a container and waits while it is starting: a moment later it
// runs, or there is none.
func (e *Engine) begun(reference string) (Container, error) {
	found, err := e.Container(reference)
	if err != nil || found.State != Starting {
		return found, err
	}
	for deadline := time.Now().Add(lockPatience); time.Now().Before(deadline); time.Sleep(startPause) {
		found, err = e.Container(found.Record.ID)
		if err, missing := err.(*NotFoundError); missing {
			err.Name = reference
		}
		if err != nil || found.State != Starting {
			return found, err
		}
	}
	return found, fmt.Errorf("waiting for container %q: it has been starting for %v; \"mydocker rm -f %s\" ends that", reference, lockPatience, reference)
}

// running finds a container and refuses one that does not run.
func (e *Engine) running(reference, doing string) (Container, error) {
	found, err := e.begun(reference)
	switch {
	case err == nil && found.isGoing():
		err = &NotRunningError{Doing: doing, Name: reference, State: Leaving}
	case err == nil && found.State != Up:
		err = &NotRunningError{Doing: doing, Name: reference, State: found.State, Status: found.Status()}
	}
	return found, err
}

// justEnded says that a container ended while something was done to it.
func justEnded(doing, reference string) error {
	return fmt.Errorf("%s container %q: it has just ended", doing, reference)
}

// NotRunningError says that a container would have to run for what is asked.
type NotRunningError struct {
	Doing, Name string
	State       State
	Status      string // the state in words
}

func (e *NotRunningError) Error() string {
	if e.State == Leaving {
		return fmt.Sprintf("%s container %q: it is being removed", e.Doing, e.Name)
	}
	return fmt.Sprintf("%s container %q: it is not running but %s; start it with \"mydocker start %s\"", e.Doing, e.Name, e.Status, e.Name)
}
