package image

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mydocker/internal/failpoint"
	"mydocker/state"
)

// A record that is about to be removed is hidden first: it is renamed, and so
// can come back without anything that a full disk could refuse. Users of the
// image are asked again while it is hidden. Whoever does not find a record and
// sees that one of its name is hidden waits for the outcome.

// hiddenPrefix begins with a dot, so that listings pass over the file.
const hiddenPrefix = ".removing-"

func (s *Store) hiddenPath(r record) string { return hidden(s.recordPath(r.Name, r.ID)) }

func hidden(path string) string {
	return filepath.Join(filepath.Dir(path), hiddenPrefix+filepath.Base(path))
}

func (s *Store) hide(r record) error {
	return failpoint.Around("hide image record", func() error {
		err := os.Rename(s.recordPath(r.Name, r.ID), s.hiddenPath(r))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// show takes hide back, unless the name has a new record by now.
func (s *Store) show(r record) error {
	if state.Exists(s.recordPath(r.Name, r.ID)) {
		return os.Remove(s.hiddenPath(r))
	}
	return failpoint.Around("show image record", func() error {
		return os.Rename(s.hiddenPath(r), s.recordPath(r.Name, r.ID))
	})
}

// dropHidden ends the removal of a hidden record.
func (s *Store) dropHidden(r record) error {
	return failpoint.Around("drop image record", func() error {
		err := os.Remove(s.hiddenPath(r))
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
}

// decideHidden ends what crashed commands began: a record that they hid comes
// back if its image is used, and goes otherwise. The caller holds the store's
// lock.
func (s *Store) decideHidden() error {
	names, err := readNames(s.recordDirectory())
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if !strings.HasPrefix(name, hiddenPrefix) {
			continue
		}
		path := filepath.Join(s.recordDirectory(), name)
		r, err := readRecord(path)
		if err != nil || s.hiddenPath(r) != path {
			errs = append(errs, os.Remove(path)) // nobody could use it
			continue
		}
		errs = append(errs, s.decide(r))
	}
	return errors.Join(errs...)
}

func (s *Store) decide(r record) error {
	users, err := s.users()
	if err != nil || len(users[r.ID]) > 0 {
		return errors.Join(err, s.show(r))
	}
	return s.dropHidden(r)
}

// awaitHidden waits, if a record is hidden, until its fate is known. Whoever has
// not found the record looks again afterwards: it may have come back.
func (s *Store) awaitHidden(name, id string) error {
	if !state.Exists(hidden(s.recordPath(name, id))) && !state.Exists(hidden(s.recordPath("", id))) {
		return nil
	}
	lock, err := s.lock()
	if err != nil {
		return err
	}
	lock.Release()
	return nil
}
