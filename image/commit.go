package image

import (
	"fmt"
	"path/filepath"
	"time"

	"mydocker/image/layer"
	"mydocker/internal/failpoint"
)

// MostLayers is how many layers an image can have, docker's limit. The kernel
// takes 500 (OVL_MAX_STACK).
const MostLayers = 127

// Commit makes an image of what a container has changed: upperDirectory, the
// upper directory of its overlay, becomes a layer on those of base, its own
// image. The config is the base's, with changes as for Import. The upper
// directory is only read; while the container runs, each file is copied as it
// is at that moment, so that the caller freezes the container if the files must
// fit together.
func (s *Store) Commit(name string, base Image, upperDirectory string, changes ...string) (Image, error) {
	reference, err := ParseReference(name)
	if err != nil {
		return Image{}, err
	}
	made, err := s.commit(reference, base, upperDirectory, changes)
	if err != nil {
		return Image{}, fmt.Errorf("committing image %q: %w", name, err)
	}
	return made, nil
}

func (s *Store) commit(reference Reference, base Image, upperDirectory string, changes []string) (Image, error) {
	config, err := applyChanges(base.Config, changes)
	if err != nil {
		return Image{}, err
	}
	if len(base.Layers) >= MostLayers {
		return Image{}, fmt.Errorf("the image below has %d layers, which is the most; "+
			"make one of them with \"tar -c\" in a container and \"mydocker image import\"", len(base.Layers))
	}
	d := draft{reference: reference, created: time.Now(), config: config}
	if d.layers, err = s.layersAbove(base); err != nil {
		return Image{}, err
	}
	return s.add(d, func(g *stage) (draft, error) {
		rootfs, err := g.rootfs()
		if err != nil {
			return d, err
		}
		err = failpoint.Around("copy layer", func() error {
			size, err := layer.Copy(upperDirectory, rootfs)
			d.size = base.Size + size
			return err
		})
		return d, err
	})
}

// layersAbove gives the layer IDs of an image that has one more layer than
// base.
func (s *Store) layersAbove(base Image) ([]string, error) {
	layers := []string{newLayerID()}
	for _, path := range base.Layers {
		id := filepath.Base(path)
		if path != s.layerPath(id) || !isHex(id) {
			return nil, fmt.Errorf("the layer %q of the image below is not in the store %q", path, s.directory)
		}
		layers = append(layers, id)
	}
	return layers, nil
}
