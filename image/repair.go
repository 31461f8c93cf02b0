package image

import (
	"fmt"
	"path/filepath"
	"time"
)

// Repair writes a record again that cannot be read, from what a container that
// uses the image knows of it: its name, ID and layers. Its config is lost and
// becomes that of a bare root file system. Where no container uses the image, the
// record is put aside, and so are, as soon as every record can be read, the layers
// that belong to nothing: nothing is deleted. aside moves a path away and gives
// its new place. done says what was done.
func (s *Store) Repair(path string, known []Image, aside func(path, name string) (string, error)) (done string, err error) {
	lock, err := s.lock()
	if err != nil {
		return "", err
	}
	defer lock.Release()
	if _, err := readRecord(path); !isCorrupt(err) {
		return "", err // somebody has written it again
	}
	place, err := aside(path, "image-"+filepath.Base(path))
	if err != nil {
		return "", err
	}
	restored, err := s.restore(path, known)
	done = fmt.Sprintf("%sit was set aside as %q", restored, place)
	if err != nil {
		return done, err
	}
	layers, err := s.setLayersAside(aside)
	if len(layers) > 0 {
		done += fmt.Sprintf(`, its layers as %q; "tar -C LAYER -c . | mydocker image import - NAME" makes an image of one`, layers)
	}
	return done, err
}

// restore writes a record again that a container knows.
func (s *Store) restore(path string, known []Image) (restored string, err error) {
	for _, i := range known {
		if i, fits := s.fits(i, path); fits {
			return "it was written again, without its config, from the record of a container; ", s.rewrite(i)
		}
	}
	return "", nil
}

// fits tells whether a file held the record of an image. Its name may have gone
// to another image meanwhile: then the one that a container knows has a record of
// its own.
func (s *Store) fits(i Image, path string) (Image, bool) {
	if _, err := s.findID(i.ID); err == nil {
		return i, false
	}
	if s.recordPath("", i.ID) == path {
		i.Name = ""
		return i, true
	}
	return i, i.Name != "" && s.recordPath(i.Name, i.ID) == path
}

func (s *Store) rewrite(i Image) error {
	r := record{ID: i.ID, Name: i.Name, Created: time.Now().UTC(), Config: rootfsConfig()}
	for _, path := range i.Layers {
		r.Layers = append(r.Layers, filepath.Base(path))
	}
	if err := r.check(); err != nil {
		return err
	}
	return s.write(r)
}

// setLayersAside puts away what belongs to nothing, unless another record that
// cannot be read may name it, or nobody knows who uses it.
func (s *Store) setLayersAside(aside func(path, name string) (string, error)) (places []string, err error) {
	records, err := s.records()
	if isUnreadable(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	users, err := s.users()
	if err != nil {
		return nil, nil
	}
	ids, err := s.unreferenced(layersOf(records))
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if len(users[s.layerPath(id)]) > 0 {
			continue
		}
		place, err := aside(s.layerPath(id), "layer-"+id)
		if err != nil {
			return places, err
		}
		places = append(places, place)
	}
	return places, nil
}
