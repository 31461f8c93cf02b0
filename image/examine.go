package image

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"mydocker/state"
)

// Examination is what is amiss in a store.
type Examination struct {
	Images int // that can be read

	// Busy says that somebody changes the store at this moment, so that what
	// looks amiss may be in the making.
	Busy bool

	Unreadable []Unreadable
	Incomplete []Incomplete
	Nameless   []Image  // images that have no name and that no container uses
	Unneeded   []string // layers of no image, and what commands that died left
}

// Unreadable is a record that cannot be read: Err is a *state.CorruptError or a
// *state.NewerError.
type Unreadable struct {
	Path string
	Err  error
}

// Incomplete is an image of which a layer is gone, and that nothing brings back.
type Incomplete struct {
	Image Image
	Layer string // the layer's root directory
}

// Examine looks at all that is in the store and changes nothing. Who uses what
// is asked too; where that is not known, nothing counts as unneeded.
func (s *Store) Examine() (Examination, error) {
	var e Examination
	var err error
	if e.Busy, err = state.Held(s.lockPath); err != nil {
		return e, err
	}
	if e.Unreadable, err = s.unreadable(); err != nil {
		return e, err
	}
	records, err := s.records()
	if err != nil && !isUnreadable(err) {
		return e, err
	}
	e.Images = len(records)
	e.Incomplete = s.incomplete(records)
	if e.Unneeded, err = s.leftovers(); err != nil {
		return e, err
	}
	users, err := s.users()
	if err != nil {
		return e, nil // whoever keeps the users' records tells of it
	}
	e.Nameless = s.nameless(records, users)
	layers, err := s.orphans(records, users, e)
	e.Unneeded = append(e.Unneeded, layers...)
	return e, err
}

func (s *Store) unreadable() ([]Unreadable, error) {
	names, err := readNames(s.recordDirectory())
	if err != nil {
		return nil, err
	}
	var found []Unreadable
	for _, name := range names {
		path := filepath.Join(s.recordDirectory(), name)
		if strings.HasPrefix(name, ".") || !strings.HasSuffix(name, ".json") {
			continue
		}
		if _, err := readRecord(path); isUnreadable(err) {
			found = append(found, Unreadable{Path: path, Err: err})
		} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return found, nil
}

// incomplete passes over images whose archive is there: they are unpacked again
// when they are used.
func (s *Store) incomplete(records []record) []Incomplete {
	var found []Incomplete
	for _, r := range records {
		for _, id := range r.Layers {
			if !state.Exists(s.layerPath(id)) && !s.comesBack(r) {
				found = append(found, Incomplete{Image: s.image(r), Layer: s.layerPath(id)})
				break
			}
		}
	}
	return found
}

func (s *Store) comesBack(r record) bool {
	reference, err := ParseReference(r.Name)
	if err != nil || !r.FromDropped {
		return false
	}
	archive, err := s.dropped(reference)
	return err == nil && archive != nil
}

// leftovers are the stages and half written records that nobody holds.
func (s *Store) leftovers() ([]string, error) {
	stages, err := s.stages()
	if err != nil {
		return nil, err
	}
	var found []string
	for _, path := range stages {
		held, err := state.Held(path)
		if err != nil {
			return nil, err
		}
		if _, err := os.Lstat(path); err == nil && !held {
			found = append(found, path)
		}
	}
	half, err := state.Leftovers(s.recordDirectory())
	return append(found, half...), err
}

func (s *Store) nameless(records []record, users Users) []Image {
	named := map[string]bool{}
	for _, r := range records {
		named[r.ID] = named[r.ID] || r.Name != ""
	}
	var found []Image
	for _, r := range records {
		if !named[r.ID] && len(users[r.ID]) == 0 {
			found = append(found, s.image(r))
		}
	}
	return found
}

// orphans are layers of no image that no container uses. A record that cannot
// be read may name any layer.
func (s *Store) orphans(records []record, users Users, e Examination) ([]string, error) {
	if len(e.Unreadable) > 0 || e.Busy {
		return nil, nil
	}
	ids, err := s.unreferenced(layersOf(records))
	var found []string
	for _, id := range ids {
		if path := s.layerPath(id); len(users[path]) == 0 {
			found = append(found, path)
		}
	}
	return found, err
}
