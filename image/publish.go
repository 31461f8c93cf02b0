package image

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"mydocker/state"
)

// draft is an image that is about to be published.
type draft struct {
	reference   Reference
	created     time.Time
	size        int64
	layers      []string // IDs, top first; the top one waits in the stage
	config      Config
	dropped     *stamp
	fromDropped bool
}

func (d draft) record() (record, error) {
	created := d.created.UTC()
	id, err := idOf(created, d.config, d.layers)
	return record{
		ID: id, Name: d.reference.String(), Created: created, Size: d.size,
		Layers: d.layers, Config: d.config, Dropped: d.dropped, FromDropped: d.fromDropped,
	}, err
}

// publish gives the layer in the stage its place and then the name to the
// image, so that a crash leaves the old image or the new one. What nobody needs
// any more goes into the stage. The caller holds the store's lock, has synced
// the stage and discards it.
func (s *Store) publish(g *stage, d draft) (Image, error) {
	r, err := d.record()
	if err != nil {
		return Image{}, err
	}
	if !s.hasLayers(d.layers[1:]) {
		return Image{}, fmt.Errorf("storing image %q: a layer of the image below is gone", r.Name)
	}
	g.unsettled = true
	err = g.settle(s.layerPath(d.layers[0]))
	if err == nil {
		err = s.rename(r)
	}
	if err != nil {
		// The layer has no image; that the disk is full is one more reason
		// not to leave it to the next command.
		return Image{}, errors.Join(fmt.Errorf("storing image %q: %w", r.Name, err), s.collect(g))
	}
	// The image is there. Where old ones cannot be cleared now, the stage
	// stays unsettled: the next Sweep tries again and tells.
	_ = s.collect(g)
	return s.image(r), nil
}

// rename gives the name of a record to it. The image that had the name before
// is kept without one; collect removes it if nobody uses it.
func (s *Store) rename(r record) error {
	old, err := s.read(r.Name)
	if err == nil && old.ID != r.ID {
		old.Name, old.Dropped, old.FromDropped = "", nil, false
		err = s.write(old)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) && !isCorrupt(err) {
		return err
	}
	isNew := errors.Is(err, fs.ErrNotExist)
	if err = s.write(r); err != nil && isNew {
		// Its last step, syncing the directory, may fail when it is there.
		err = errors.Join(err, state.Remove(s.recordPath(r.Name, r.ID)))
	}
	return err
}
