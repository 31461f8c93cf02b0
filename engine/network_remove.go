package engine

import (
	"errors"
	"fmt"
	"strings"

	"mydocker/state"
)

// RemoveNetwork unmakes a network that no running container is on.
func (e *Engine) RemoveNetwork(name string) error {
	if err := e.checkKnown(name); err != nil {
		return err
	}
	lock, err := e.lockNetwork(name)
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := e.checkKnown(name); err != nil {
		return err // somebody else was faster
	}
	if err := e.checkUnused(name); err != nil {
		return err
	}
	if err := claim(e.networkMark(name), Removing, nil); err != nil && !cannotWrite(err) {
		return err
	}
	return e.dissolve(name)
}

// checkKnown refuses a network of which there is no record that can be read.
func (e *Engine) checkKnown(name string) error {
	_, err := e.Network(name)
	return err
}

// checkUnused refuses while containers run on a network. A container whose
// record cannot be read may be on any network, as long as it runs.
func (e *Engine) checkUnused(name string) error {
	containers, broken := e.List()
	if broken != nil && e.anyLiveBut(containers) {
		return fmt.Errorf("removing network %q: not knowing who is on it: %w", name, broken)
	}
	var users []string
	for _, container := range containers {
		if container.Record.Network == name && container.State != Exited {
			users = append(users, container.Record.Name)
		}
	}
	if len(users) == 0 {
		return nil
	}
	return fmt.Errorf("removing network %q: in use by container %s; stop it first", name, strings.Join(users, ", "))
}

// anyLiveBut tells whether other containers than these are running or in flight.
func (e *Engine) anyLiveBut(containers []Container) bool {
	live, err := e.liveIDs()
	for _, container := range containers {
		delete(live, container.Record.ID)
	}
	return err != nil || len(live) > 0
}

// dissolve removes all there is of a network, its record last. The caller
// holds the network's lock and has marked the work.
func (e *Engine) dissolve(name string) error {
	return insistently(func() error { return e.dissolveOnce(name) })
}

func (e *Engine) dissolveOnce(name string) error {
	removed, err := e.networkOrDraft(name)
	if err == nil {
		err = e.networkResources(removed).Remove(e.observer())
	}
	if err != nil && !errors.As(err, new(*NotFoundError)) {
		return err
	}
	// A command that died while it wrote the record leaves its beginning.
	if err := state.Remove(e.networkPath(name)); err != nil {
		return err
	}
	return e.unmark(name)
}
