package engine

import (
	"errors"
	"path/filepath"

	"mydocker/internal/process"
	"mydocker/network"
	"mydocker/state"
)

// networkMarks holds a file for each network that is being made or removed. Should the
// command that does so die, the next one removes what there is of the network.
func (e *Engine) networkMarks() string { return filepath.Join(e.Layout.RunRoot, "networks") }

func (e *Engine) networkMark(name string) string {
	return filepath.Join(e.networkMarks(), name+".json")
}

// readMark gives nil for a network that nobody is, or was, at work on. A draft that could
// be no network, or is another's, is a *state.CorruptError.
func (e *Engine) readMark(name string) (*Live, error) {
	mark, err := readLive(e.networkMark(name))
	if mark == nil || mark.Network == nil {
		return mark, err
	}
	draft := networkRecord{Network: *mark.Network}
	if cause := draft.check(name); cause != nil {
		return nil, &state.CorruptError{Path: e.networkMark(name), Cause: cause}
	}
	return mark, nil
}

func (e *Engine) unmark(name string) error { return state.Remove(e.networkMark(name)) }

// networkOrDraft gives a network by its record or, where there is none yet, by the mark of
// the command that makes it.
func (e *Engine) networkOrDraft(name string) (*network.Network, error) {
	found, unrecorded := e.Network(name)
	if !errors.As(unrecorded, new(*NotFoundError)) {
		return found, unrecorded
	}
	mark, err := e.readMark(name)
	if err != nil {
		return nil, err
	}
	if mark == nil || mark.Network == nil {
		return nil, unrecorded
	}
	return mark.Network, nil
}

// clearNetwork removes what is left of a network whose maker or remover has died. The
// caller has the network's lock.
func (e *Engine) clearNetwork(name string) error {
	if !state.Exists(e.networkMark(name)) {
		return nil
	}
	bootID, err := process.BootID()
	if err != nil {
		return err
	}
	return e.finishNetwork(name, bootID)
}

// finishNetwork is clearNetwork for a mark that is, or was, there.
func (e *Engine) finishNetwork(name, bootID string) error {
	mark, err := e.readMark(name)
	if err != nil || mark == nil || mark.owned(bootID) {
		return err
	}
	return e.dissolve(name)
}
