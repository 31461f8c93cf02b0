package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"mydocker/state"
)

// Resolve finds the image that a container is to be made from: by its name,
// by an archive that a person dropped, by its ID or the start of it. An
// archive that is new or has changed is unpacked, which takes the store's
// lock; otherwise this is one small file to read.
//
// Between Resolve and the moment when a container's record says that it uses
// the image, somebody may remove it: see Confirm.
func (s *Store) Resolve(name string) (Image, error) {
	found, err := s.resolve(name)
	reference, nameErr := ParseReference(name)
	if nameErr != nil || !errors.As(err, new(*NotFoundError)) {
		return found, err
	}
	if err := s.awaitHidden(reference.String(), ""); err != nil {
		return Image{}, err
	}
	return s.resolve(name)
}

func (s *Store) resolve(name string) (Image, error) {
	reference, nameErr := ParseReference(name)
	if nameErr == nil {
		found, err := s.resolveName(reference)
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

// resolveName gives the image of a name, fs.ErrNotExist when there is none.
func (s *Store) resolveName(reference Reference) (Image, error) {
	r, stale, err := s.look(reference)
	if err == nil && stale {
		return s.unpackDropped(reference)
	}
	if err != nil {
		return Image{}, err
	}
	return s.image(r), nil
}

// errLayerGone says that a record names a layer that is not there.
var errLayerGone = errors.New("a layer of it is gone")

// look reads the record of a name. One whose layers have gone may have been
// replaced or removed while it was read; only one that stays is damaged.
func (s *Store) look(reference Reference) (r record, stale bool, err error) {
	for {
		r, stale, err = s.lookOnce(reference)
		if !errors.Is(err, errLayerGone) {
			return r, stale, err
		}
		now, again := s.read(reference.String())
		if again == nil && slices.Equal(now.Layers, r.Layers) {
			return record{}, false, damaged(reference, err)
		}
	}
}

// lookOnce gives a record that is stale when a dropped archive is to be
// unpacked first, since there is no record, the archive is newer, or the layer
// that was unpacked from it is gone. An archive that is gone again leaves the
// image; rmi removes it.
func (s *Store) lookOnce(reference Reference) (r record, stale bool, err error) {
	dropped, err := s.dropped(reference)
	if err != nil {
		return record{}, false, err
	}
	r, err = s.read(reference.String())
	missing := errors.Is(err, fs.ErrNotExist)
	switch {
	case missing && dropped == nil:
		return record{}, false, err
	case err != nil && !missing:
		return record{}, false, damaged(reference, err)
	case missing, dropped != nil && !dropped.same(r.Dropped):
		return r, true, nil
	case s.hasLayers(r.Layers):
		return r, false, nil
	case dropped != nil && r.FromDropped:
		return r, true, nil
	}
	return r, false, errLayerGone
}

func damaged(reference Reference, cause error) error {
	return fmt.Errorf(`finding image %q: %w; remove it with "mydocker rmi %s" and import it again`,
		reference, cause, reference)
}

func (s *Store) hasLayers(ids []string) bool {
	for _, id := range ids {
		if !state.Exists(s.layerPath(id)) {
			return false
		}
	}
	return true
}

// unpackDropped makes the image of an archive that a person dropped. It keeps
// the lock all the while, so that others who want the image wait for it
// instead of unpacking it as well.
func (s *Store) unpackDropped(reference Reference) (Image, error) {
	lock, err := s.lock()
	if err != nil {
		return Image{}, err
	}
	defer lock.Release()
	r, stale, err := s.look(reference)
	if err != nil {
		return Image{}, err
	}
	if !stale {
		return s.image(r), nil
	}
	made, err := s.unpackLocked(reference)
	if err != nil {
		path := filepath.Join(s.directory, droppedName(reference))
		return Image{}, fmt.Errorf("unpacking image %q from %q: %w", reference, path, err)
	}
	return made, nil
}

func (s *Store) unpackLocked(reference Reference) (Image, error) {
	file, before, err := s.openDropped(reference)
	if err != nil {
		return Image{}, err
	}
	defer file.Close()
	g, err := s.newStage()
	if err != nil {
		return Image{}, err
	}
	d := draft{reference: reference, created: before.Modified, config: rootfsConfig(), dropped: before, fromDropped: true}
	if d, err = unpack(g, d, file); err == nil {
		err = g.sync()
	}
	if err == nil {
		err = unchanged(file, before)
	}
	if err != nil {
		return g.end(Image{}, err)
	}
	return g.end(s.publish(g, d))
}

// unchanged tells whether an archive is still what it was before it was read.
// One that is being copied into the directory grows, for example.
func unchanged(file *os.File, before *stamp) error {
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if after := stampOf(info); !after.same(before) {
		return errors.New("the file changed while it was read; try again when it is complete")
	}
	return nil
}
