package engine

import (
	"errors"
	"fmt"
	"path/filepath"
)

// check tells whether a record can be worked with: what every container has
// must be there.
func (r *Record) check() error {
	if len(r.Process.Args) == 0 {
		return errors.New("the container has no program")
	}
	if len(r.Image.Layers) == 0 {
		return errors.New("the image has no layers")
	}
	for _, layer := range r.Image.Layers {
		if !filepath.IsAbs(layer) {
			return fmt.Errorf("the layer %q is no absolute path", layer)
		}
	}
	if r.UserNS != nil && r.UserNS.Size == 0 {
		return errors.New("the user namespace has no IDs")
	}
	return nil
}
