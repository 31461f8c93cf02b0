package engine

import (
	"fmt"

	"mydocker/cgroups/manager"
)

// Start runs a container again that has ended. attached says whether the
// caller shows it; the container then lives as long as the caller.
func (e *Engine) Start(reference string, attached bool) (session *Session, err error) {
	seen, err := e.Container(reference)
	if err == nil {
		err = e.checkStart(seen, reference)
	}
	if err != nil {
		return nil, err
	}
	err = e.whenUnseen(seen.Record.ID, func() error {
		session, err = e.startUnseen(seen.Record, reference, attached)
		return err
	})
	return session, err
}

// startUnseen takes the locks and looks again. A *watchedError says that somebody looks
// into the container.
func (e *Engine) startUnseen(record *Record, reference string, attached bool) (*Session, error) {
	found, network, letGo, err := e.holdWithNetwork(record, reference)
	defer letGo()
	if err == nil {
		err = e.checkStart(found, reference) // others may have been here
	}
	if err == nil {
		err = e.awaitViewers(found.Record.ID, 0)
	}
	if err != nil {
		return nil, err
	}
	found.Record.Detached = !attached
	return e.launch(found.Record, network)
}

// checkStart refuses a container that does not rest, and what has changed on
// the host since it was made.
func (e *Engine) checkStart(found Container, reference string) error {
	switch {
	case found.State == Leaving, found.isGoing():
		return fmt.Errorf("starting container %q: it is being removed", reference)
	case found.State != Exited:
		return fmt.Errorf("starting container %q: it is %s already", reference, found.State)
	}
	if found.Record.Network != "" {
		if _, err := e.Network(found.Record.Network); err != nil {
			return err
		}
	}
	if err := checkMounts(found.Record.Mounts); err != nil {
		return err
	}
	if err := e.checkUserNS(found.Record.UserNS, found.Record.Mounts); err != nil {
		return err
	}
	return manager.Verify(found.Record.limits())
}
