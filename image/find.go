package image

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Get finds an image by its name, its ID or the start of its ID, without
// unpacking anything. Of an archive that was dropped and not used yet, name,
// time and size are known.
func (s *Store) Get(name string) (Image, error) {
	reference, nameErr := ParseReference(name)
	if nameErr == nil {
		found, err := s.getName(reference)
		if !errors.Is(err, fs.ErrNotExist) {
			return found, err
		}
	}
	r, err := s.findID(name)
	if err != nil {
		return Image{}, s.notFound(name, nameErr, err)
	}
	return s.image(r), nil
}

func (s *Store) getName(reference Reference) (Image, error) {
	r, err := s.read(reference.String())
	if err == nil {
		return s.image(r), nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return Image{}, damaged(reference, err)
	}
	dropped, droppedErr := s.dropped(reference)
	if droppedErr != nil {
		return Image{}, droppedErr
	}
	if dropped == nil {
		return Image{}, err
	}
	return droppedImage(reference, dropped), nil
}

// droppedImage is an image of which only the archive is there.
func droppedImage(reference Reference, dropped *stamp) Image {
	return Image{Name: reference.String(), Created: dropped.Modified, Size: dropped.Size, Config: rootfsConfig()}
}

// List gives all images, one for each name, the newest first, and the archives
// that were dropped and not used yet. The error joins what could not be read;
// the others are good even so.
func (s *Store) List() ([]Image, error) {
	records, err := s.records()
	references, droppedErr := s.listDropped()
	err = errors.Join(err, droppedErr)
	known := map[string]bool{}
	var images []Image
	for _, r := range records {
		known[r.Name] = true
		images = append(images, s.image(r))
	}
	for _, reference := range references {
		if known[reference.String()] {
			continue
		}
		found, getErr := s.getName(reference)
		switch {
		case getErr == nil:
			images = append(images, found)
		case !errors.Is(getErr, fs.ErrNotExist) && !isUnreadable(getErr):
			err = errors.Join(err, getErr)
		}
	}
	slices.SortStableFunc(images, func(a, b Image) int { return b.Created.Compare(a.Created) })
	return images, err
}

// errNoID says that no image has an ID that starts so.
var errNoID = errors.New("no such ID")

// findID finds the image whose ID starts with prefix. Of several names it
// takes the first.
func (s *Store) findID(prefix string) (record, error) {
	prefix = strings.TrimPrefix(prefix, "sha256:")
	if !isHex(prefix) {
		return record{}, errNoID
	}
	records, _ := s.records() // one that cannot be read has no ID
	found := map[string]record{}
	var ids []string
	for _, r := range records {
		if _, again := found[r.ID]; strings.HasPrefix(r.ID, prefix) && !again {
			found[r.ID] = r
			ids = append(ids, r.ID)
		}
	}
	switch len(ids) {
	case 0:
		return record{}, errNoID
	case 1:
		return found[ids[0]], nil
	}
	slices.Sort(ids)
	return record{}, &AmbiguousError{Prefix: prefix, IDs: ids}
}

// notFound gives the error for a name that is neither a name nor an ID: the
// reason why it cannot be a name tells most.
func (s *Store) notFound(name string, nameErr, idErr error) error {
	if !errors.Is(idErr, errNoID) {
		return idErr
	}
	if nameErr != nil && !isHex(strings.TrimPrefix(name, "sha256:")) {
		return fmt.Errorf("finding image: %w", nameErr)
	}
	return &NotFoundError{Name: name, Directory: s.directory}
}

// Confirm tells whether an image that Resolve gave is still there. Whoever
// makes a container calls it after the container's record, which says that it
// uses the image, is on the disk: from then on the image cannot be removed. A
// *NotFoundError means that it was removed in between, or that its name went to
// another one; Resolve gives that.
func (s *Store) Confirm(i Image) error {
	err := s.confirm(i)
	if !errors.As(err, new(*NotFoundError)) {
		return err
	}
	// Who is removing the image right now may have been too late to do so.
	if err := s.awaitHidden(i.Name, i.ID); err != nil {
		return err
	}
	return s.confirm(i)
}

func (s *Store) confirm(i Image) error {
	r, err := s.read(i.Name)
	if err == nil && r.ID == i.ID {
		return nil
	}
	// The name went to another image; this one may have others, or none.
	if _, err := s.findID(i.ID); err == nil {
		return nil
	}
	if isUnreadable(err) {
		return fmt.Errorf("finding image %q: %w", i.Name, err)
	}
	name := i.Name
	if name == "" {
		name = i.ShortID()
	}
	return &NotFoundError{Name: name, Directory: s.directory}
}
