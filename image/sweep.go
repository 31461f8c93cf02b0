package image

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"mydocker/state"
)

// Sweep removes what commands that died halfway have left. With nothing to do
// it lists one directory and takes no lock; while somebody else changes the
// store it does nothing, since that one sweeps as well.
func (s *Store) Sweep() error {
	left, err := s.stages()
	if err != nil || len(left) == 0 {
		return err
	}
	lock, err := state.Acquire(s.lockPath, 0)
	if errors.Is(err, state.ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := s.clear(); err != nil {
		return fmt.Errorf("clearing what an interrupted command left in the image store: %w", err)
	}
	return nil
}

func (s *Store) clear() error {
	dead, err := s.deadStages()
	if err != nil || len(dead) == 0 {
		return err
	}
	g, err := adopt(dead)
	if err != nil {
		return err
	}
	return errors.Join(s.collect(g), g.discard())
}

// collect removes images that have no name and layers that belong to no image,
// unless a container uses them. Layers go into the stage. As long as a container's
// record cannot be read, which may use any image, it removes nothing, and the stage
// stays: the next command tries again. The caller holds the store's lock.
func (s *Store) collect(g *stage) error {
	err := s.collectUnused(g)
	if isUnreadable(err) {
		return nil
	}
	return err
}

func (s *Store) collectUnused(g *stage) error {
	if err := s.decideHidden(); err != nil {
		return err
	}
	records, _ := s.records() // those that cannot be read have their say below
	if err := s.dropNameless(records); err != nil {
		return err
	}
	if err := s.retireLayers(g); err != nil {
		return err
	}
	if err := s.dropUnwritten(); err != nil {
		return err
	}
	g.unsettled = false
	return nil
}

// dropUnwritten removes what a crash leaves of a record that was being
// written. Nobody writes one without the store's lock.
func (s *Store) dropUnwritten() error {
	names, err := readNames(s.recordDirectory())
	errs := []error{err}
	for _, name := range names {
		if strings.HasPrefix(name, ".") {
			errs = append(errs, os.Remove(filepath.Join(s.recordDirectory(), name)))
		}
	}
	return errors.Join(errs...)
}

// dropNameless erases the records of images without a name that nobody uses.
// Users are asked again once a record is hidden, so that nobody who has just
// recorded a use is missed: see Confirm.
func (s *Store) dropNameless(records []record) error {
	nameless, err := s.withoutName(records)
	if err != nil || len(nameless) == 0 {
		return err
	}
	users, err := s.users()
	if err != nil {
		return err
	}
	for _, r := range nameless {
		if len(users[r.ID]) > 0 {
			continue
		}
		if err := s.hide(r); err != nil {
			return err
		}
		if err := s.decide(r); err != nil {
			return err
		}
	}
	return nil
}

// withoutName gives the records of images that have no name. A record without
// one beside others that give the image a name is erased at once.
func (s *Store) withoutName(records []record) ([]record, error) {
	named := map[string]bool{}
	for _, r := range records {
		named[r.ID] = named[r.ID] || r.Name != ""
	}
	var nameless []record
	for _, r := range records {
		switch {
		case r.Name != "":
		case named[r.ID]:
			if err := s.erase(r); err != nil {
				return nil, err
			}
		default:
			nameless = append(nameless, r)
		}
	}
	return nameless, nil
}

// retireLayers moves layers that belong to nothing into the stage. A record
// that cannot be read may name any layer, so that all stay as long as there is
// one.
func (s *Store) retireLayers(g *stage) error {
	records, err := s.records()
	if isUnreadable(err) {
		return nil
	}
	if err != nil {
		return err
	}
	unused, err := s.unreferenced(layersOf(records))
	if err != nil || len(unused) == 0 {
		return err
	}
	users, err := s.users()
	if err != nil {
		return err
	}
	for _, id := range unused {
		if len(users[s.layerPath(id)]) > 0 {
			continue
		}
		if err := g.retire(s.layerPath(id)); err != nil {
			return err
		}
	}
	return nil
}

// layersOf gives the IDs of all layers that records name.
func layersOf(records []record) map[string]bool {
	layers := map[string]bool{}
	for _, r := range records {
		for _, id := range r.Layers {
			layers[id] = true
		}
	}
	return layers
}

// unreferenced gives the IDs of layers that are there but not in a set.
func (s *Store) unreferenced(layers map[string]bool) ([]string, error) {
	names, err := readNames(s.layerDirectory())
	if err != nil {
		return nil, err
	}
	var found []string
	for _, name := range names {
		if !layers[name] && !strings.HasPrefix(name, stagePrefix) {
			found = append(found, name)
		}
	}
	return found, nil
}

// isCorrupt tells whether an error is that of a record which nobody can read.
func isCorrupt(err error) bool { return errors.As(err, new(*state.CorruptError)) }

// isUnreadable tells whether an error is that of a record which this program
// cannot read.
func isUnreadable(err error) bool { return isCorrupt(err) || errors.As(err, new(*state.NewerError)) }
