package image

import (
	"fmt"
)

// Tag gives one more name to an image, which is named as for Resolve. An image
// that has the name loses it.
func (s *Store) Tag(source, name string) (Image, error) {
	reference, err := ParseReference(name)
	if err != nil {
		return Image{}, err
	}
	found, err := s.Resolve(source)
	if err != nil {
		return Image{}, err
	}
	lock, err := s.lock()
	if err != nil {
		return Image{}, err
	}
	made, g, err := s.tagLocked(found, reference)
	lock.Release()
	if g != nil {
		made, err = g.end(made, err)
	}
	if err != nil {
		return made, fmt.Errorf("naming image %q %q: %w", source, name, err)
	}
	return made, nil
}

func (s *Store) tagLocked(found Image, reference Reference) (Image, *stage, error) {
	r, err := s.findID(found.ID)
	if err != nil {
		return Image{}, nil, &NotFoundError{Name: found.Name, Directory: s.directory}
	}
	r.Name, r.FromDropped = reference.String(), false
	if r.Dropped, err = s.dropped(reference); err != nil {
		return Image{}, nil, err
	}
	g, err := s.newStage()
	if err != nil {
		return Image{}, nil, err
	}
	g.unsettled = true
	if err := s.rename(r); err != nil {
		return Image{}, g, err
	}
	_ = s.collect(g) // as in publish
	return s.image(r), g, nil
}
