package state

import (
	"errors"
	"fmt"
	"path/filepath"

	"mydocker/internal/failpoint"
)

// Staged is new content of a file that has not taken the file's place yet.
type Staged struct {
	path   string
	fresh  *Lock // of the file that holds the content; nil: there is none
	filled chan error
}

// Stage begins a durable Write. The disk takes the content while the caller goes on;
// the file stays as it is until Commit. One of Commit and Drop must follow. What a
// crash in between leaves is among the Leftovers.
func Stage(path string, value any) *Staged {
	s := &Staged{path: path, filled: make(chan error, 1)}
	go func() {
		s.filled <- failpoint.Around("write "+filepath.Base(path), func() error { return s.fill(value) })
	}()
	return s
}

func (s *Staged) fill(value any) error {
	data, err := marshal(value)
	if err != nil {
		return err
	}
	if s.fresh, err = acquire(freshPath(s.path), writePatience); err != nil {
		return err
	}
	return fill(s.fresh.file, data, Durable)
}

// Commit ends the write. On an error the old content stays.
func (s *Staged) Commit() error {
	err := <-s.filled
	if s.fresh != nil {
		defer s.fresh.file.Close()
		err = takePlace(s.path, err, Durable)
	}
	if err != nil {
		return fmt.Errorf("writing state file %q: %w", s.path, err)
	}
	return nil
}

// Drop takes the write back.
func (s *Staged) Drop() error {
	<-s.filled // whatever came of it
	if s.fresh == nil {
		return nil
	}
	return errors.Join(removeOne(freshPath(s.path)), s.fresh.file.Close())
}
