package image

import (
	"errors"
	"fmt"
	"io/fs"

	"mydocker/state"
)

// Removed says what Remove did.
type Removed struct {
	Untagged []string // names
	Deleted  []string // IDs of images that are gone with their last name
}

// Remove takes a name off an image, or removes the image that has an ID or the
// start of one. The image itself goes with its last name, and with it those of
// its layers that no other image has. With a name goes the archive that a
// person dropped for it: the image would otherwise be back as soon as somebody
// uses its name. Errors are *NotFoundError, *AmbiguousError, *InUseError and
// *SeveralNamesError, the last one for an ID.
func (s *Store) Remove(name string) (Removed, error) {
	lock, err := s.lock()
	if err != nil {
		return Removed{}, err
	}
	g, removed, err := s.removeLocked(name)
	lock.Release()
	if g != nil {
		err = errors.Join(err, g.discard())
	}
	return removed, err
}

// removeLocked gives the stage that the layers went to, if there is one.
func (s *Store) removeLocked(name string) (*stage, Removed, error) {
	reference, nameErr := ParseReference(name)
	if nameErr == nil {
		g, removed, err := s.removeName(reference)
		if !errors.Is(err, fs.ErrNotExist) {
			return g, removed, err
		}
	}
	r, err := s.findID(name)
	if err != nil {
		return nil, Removed{}, s.notFound(name, nameErr, err)
	}
	names, err := s.namesOf(r.ID)
	if err != nil {
		return nil, Removed{}, err
	}
	if len(names) > 1 {
		return nil, Removed{}, &SeveralNamesError{ID: r.ID, Names: names}
	}
	return s.removeRecord(r, true)
}

func (s *Store) removeName(reference Reference) (*stage, Removed, error) {
	r, err := s.read(reference.String())
	switch {
	case err == nil:
		names, err := s.namesOf(r.ID)
		if err != nil {
			return nil, Removed{}, err
		}
		return s.removeRecord(r, len(names) == 1)
	case isCorrupt(err):
		return s.removeDamaged(reference)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, Removed{}, fmt.Errorf("removing image %q: %w", reference, err)
	}
	dropped, droppedErr := s.dropped(reference)
	if droppedErr != nil {
		return nil, Removed{}, droppedErr
	}
	if dropped == nil {
		return nil, Removed{}, err
	}
	return nil, Removed{Untagged: []string{reference.String()}}, s.removeDropped(reference)
}

// namesOf gives the names of the image with an ID. Records that cannot be read
// belong to other images: otherwise nothing could be removed beside them.
func (s *Store) namesOf(id string) ([]string, error) {
	records, err := s.records()
	if err != nil && !isUnreadable(err) {
		return nil, err
	}
	var names []string
	for _, r := range records {
		if r.ID == id && r.Name != "" {
			names = append(names, r.Name)
		}
	}
	return names, nil
}

// removeRecord removes one record, and the image if it is the last one. Users
// are asked again while the record is hidden, so that whoever has just recorded a
// use is not missed: see Confirm.
func (s *Store) removeRecord(r record, last bool) (*stage, Removed, error) {
	if last {
		if err := s.refuseUsed(r); err != nil {
			return nil, Removed{}, err
		}
	}
	g, err := s.newStage()
	if err != nil {
		return nil, Removed{}, err
	}
	g.unsettled = true
	if err := s.hide(r); err != nil {
		return g, Removed{}, fmt.Errorf("removing image %q: %w", r.Name, err)
	}
	if last {
		if err := s.refuseUsed(r); err != nil {
			return g, Removed{}, errors.Join(err, s.show(r))
		}
	}
	if err := s.dropHidden(r); err != nil {
		return g, Removed{}, fmt.Errorf("removing image %q: %w", r.Name, err)
	}
	removed, err := s.removedOf(r, last)
	return g, removed, errors.Join(err, s.collect(g))
}

// removedOf removes the archive of a record whose file is gone, and says what
// was done.
func (s *Store) removedOf(r record, last bool) (removed Removed, err error) {
	if r.Name != "" {
		removed.Untagged = []string{r.Name}
		reference, parseErr := ParseReference(r.Name)
		if err = parseErr; err == nil {
			err = s.removeDropped(reference)
		}
	}
	if last {
		removed.Deleted = []string{r.ID}
	}
	return removed, errors.Join(err, state.SyncDirectory(s.recordDirectory()))
}

// refuseUsed gives an *InUseError when containers use the image.
func (s *Store) refuseUsed(r record) error {
	users, err := s.users()
	if err != nil {
		return fmt.Errorf("removing image %q: looking for containers that use it: %w", r.Name, err)
	}
	if containers := users[r.ID]; len(containers) > 0 {
		return &InUseError{Image: s.image(r), Containers: containers}
	}
	return nil
}

// removeDamaged removes a record that cannot be read, with the archive.
func (s *Store) removeDamaged(reference Reference) (*stage, Removed, error) {
	g, err := s.newStage()
	if err != nil {
		return nil, Removed{}, err
	}
	g.unsettled = true
	if err := s.erase(record{Name: reference.String()}); err != nil {
		return g, Removed{}, fmt.Errorf("removing image %q: %w", reference, err)
	}
	err = errors.Join(s.removeDropped(reference), s.collect(g))
	return g, Removed{Untagged: []string{reference.String()}}, err
}

// Release removes the image with an ID if it has no name, no container uses it
// any more, and somebody has just stopped doing so. For an image with a name
// it looks for one file and does nothing. Who changes the store may take long; then
// a sign is left, and the next command that finds the store free sees to it.
func (s *Store) Release(id string) error {
	if !state.Exists(s.recordPath("", id)) {
		return nil
	}
	lock, err := state.Acquire(s.lockPath, 0)
	if errors.Is(err, state.ErrLocked) {
		_, err = s.makeStageDirectory()
		return err
	}
	if err != nil {
		return err
	}
	return s.collectUnder(lock)
}

// Collect removes images that have no name and that no container uses, layers
// that belong to nothing, and what crashes left.
func (s *Store) Collect() error {
	lock, err := s.lock()
	if err != nil {
		return err
	}
	return s.collectUnder(lock)
}

// collectUnder gives the store's lock back when all is decided: removing files may
// take long.
func (s *Store) collectUnder(lock *state.Lock) error {
	g, err := s.newStage()
	if err == nil {
		g.unsettled = true
		err = s.collect(g)
	}
	lock.Release()
	if g != nil {
		err = errors.Join(err, g.discard())
	}
	return err
}
