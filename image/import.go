package image

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"time"

	"mydocker/image/archive"
	"mydocker/internal/failpoint"
)

// Import makes an image of one layer from a tar archive, plain or compressed
// by gzip, bzip2, xz or zstd. An image that has the name loses it once the new
// one is complete; an error leaves all as it was. changes are instructions of a
// Dockerfile, as "docker import --change" takes them, see ParseChanges; the
// config is otherwise that of a bare root file system, whose command is a
// shell.
func (s *Store) Import(source io.Reader, name string, changes ...string) (Image, error) {
	reference, err := ParseReference(name)
	if err != nil {
		return Image{}, err
	}
	config, err := applyChanges(rootfsConfig(), changes)
	if err != nil {
		return Image{}, fmt.Errorf("importing image %q: %w", name, err)
	}
	d := draft{reference: reference, created: time.Now(), config: config}
	made, err := s.add(d, func(g *stage) (draft, error) { return unpack(g, d, source) })
	if err != nil {
		return Image{}, fmt.Errorf("importing image %q: %w", name, err)
	}
	return made, nil
}

// unpack fills the stage from an archive.
func unpack(g *stage, d draft, source io.Reader) (draft, error) {
	rootfs, err := g.rootfs()
	if err != nil {
		return d, err
	}
	d.layers = []string{newLayerID()}
	err = failpoint.Around("unpack archive", func() error {
		archived := followed(source, g.syncfs)
		contents, err := archive.Unpack(archived, rootfs)
		d.size = contents.Size
		return cmp.Or(err, archived.end())
	})
	return d, err
}

// newLayerID gives a random ID of 128 bits, in hexadecimal. It is no digest of
// the content: that would cost as much time as two thirds of the unpacking, and
// only spare the disk a second copy of the same archive. It is no longer than
// this because the options of a mount, which name every layer, have little room.
func newLayerID() string {
	var random [16]byte
	rand.Read(random[:])
	return hex.EncodeToString(random[:])
}

// add fills a stage without the store's lock, since that takes as long as the
// source takes, and publishes the result.
func (s *Store) add(d draft, fill func(*stage) (draft, error)) (Image, error) {
	g, err := s.lockedStage()
	if err != nil {
		return Image{}, err
	}
	if d, err = fill(g); err == nil {
		err = g.sync()
	}
	if err != nil {
		return g.end(Image{}, err)
	}
	return g.end(s.finish(g, d))
}

func (s *Store) lockedStage() (*stage, error) {
	lock, err := s.lock()
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	return s.newStage()
}

// finish publishes what is in the stage under the store's lock.
func (s *Store) finish(g *stage, d draft) (Image, error) {
	lock, err := s.lock()
	if err != nil {
		return Image{}, err
	}
	defer lock.Release()
	if d.dropped, err = s.dropped(d.reference); err != nil {
		return Image{}, err
	}
	return s.publish(g, d)
}
