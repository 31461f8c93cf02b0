package engine

import (
	"errors"
	"fmt"
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

// markWork says that this command is at work on a network; draft is what is being made,
// of which there is no record yet.
func (e *Engine) markWork(name string, work Work, draft *network.Network) error {
	live, err := ownWork(work)
	if err != nil {
		return err
	}
	live.Network = draft
	if err := writeLive(e.networkMark(name), live); err != nil {
		return errors.Join(err, e.unmark(name))
	}
	return nil
}

func (e *Engine) unmark(name string) error { return state.Remove(e.networkMark(name)) }

// networkOrDraft gives a network by its record or, where there is none yet, by the mark of
// the command that makes it.
func (e *Engine) networkOrDraft(name string) (*network.Network, error) {
	found, unrecorded := e.Network(name)
	if !errors.As(unrecorded, new(*NotFoundError)) {
		return found, unrecorded
	}
	mark, err := readLive(e.networkMark(name))
	if err != nil {
		return nil, err
	}
	if mark == nil || mark.Network == nil {
		return nil, unrecorded
	}
	if mark.Network.Name != name {
		cause := fmt.Errorf("it speaks of network %q", mark.Network.Name)
		return nil, &state.CorruptError{Path: e.networkMark(name), Cause: cause}
	}
	return mark.Network, nil
}

// clearNetwork removes what is left of a network whose maker or remover has died while
// this command waited. A name that none can have is for others to refuse.
func (e *Engine) clearNetwork(name string) error {
	if network.ValidateName(name) != nil || !state.Exists(e.networkMark(name)) {
		return nil
	}
	bootID, err := process.BootID()
	if err != nil {
		return err
	}
	return e.reconcileNetwork(name, bootID)
}
