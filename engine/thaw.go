package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mydocker/state"
)

// freezeMarks holds a file for each command that freezes a container. It says
// who, and stays until that one has thawed the container itself: when it is dead,
// the next command thaws the container.
func (e *Engine) freezeMarks() string { return filepath.Join(e.Layout.RunRoot, "frozen") }

// freezeMark is ID.PID.json. Ten digits, because the names of failpoints take
// such a number for one that differs from run to run.
func (e *Engine) freezeMark(id string) string {
	return filepath.Join(e.freezeMarks(), fmt.Sprintf("%s.%010d.json", id, os.Getpid()))
}

// unwanted is where a mark goes when somebody else wants something of the
// container that a frozen program would not heed.
func unwanted(mark string) string {
	return strings.TrimSuffix(strings.TrimSuffix(mark, ".json"), ".unwanted") + ".unwanted"
}

// thaw lets a container go on that commands have frozen, and has those that are
// about to freeze it do without. It is called before anything that a frozen
// program would not heed.
func (e *Engine) thaw(id string) error {
	names, err := listDirectory(e.freezeMarks())
	if err != nil {
		return err
	}
	marks := slices.DeleteFunc(names, func(name string) bool { return frozen(name) != id })
	if len(marks) == 0 {
		return nil
	}
	for _, name := range marks {
		if err := e.disapprove(filepath.Join(e.freezeMarks(), name)); err != nil {
			return fmt.Errorf("thawing container %q: %w", id, err)
		}
	}
	return e.thawNow(id)
}

// disapprove tells the command that has left a mark to do without.
func (e *Engine) disapprove(mark string) error {
	if err := os.Rename(mark, unwanted(mark)); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil // that command has ended
}

// frozen gives the ID of the container that a mark is for.
func frozen(mark string) (id string) {
	id, _, _ = strings.Cut(mark, ".")
	return id
}

func (e *Engine) thawNow(id string) error {
	if err := e.freezeResources(id).Remove(e.observer()); err != nil {
		return fmt.Errorf("thawing container %q: %w", id, err)
	}
	return nil
}

// reconcileFrozen thaws the containers whose freezing command is dead.
func (e *Engine) reconcileFrozen(bootID string) error {
	marks, err := listDirectory(e.freezeMarks())
	if err != nil {
		return err
	}
	var errs []error
	for _, mark := range marks {
		path := filepath.Join(e.freezeMarks(), mark)
		live, err := readLive(path)
		if err == nil && live.owned(bootID) {
			continue
		}
		if err := e.thawNow(frozen(mark)); err != nil {
			errs = append(errs, err)
			continue
		}
		errs = append(errs, state.Remove(path))
	}
	return errors.Join(errs...)
}
