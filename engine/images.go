package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"

	"mydocker/image"
)

// imageUsers tells which containers use which images and layers. A record
// that cannot be read might be a user's, so that nothing is removed then.
func (e *Engine) imageUsers() (image.Users, error) {
	ids, err := e.containerIDs()
	if err != nil {
		return nil, err
	}
	users := image.Users{}
	for _, id := range ids {
		record, err := e.load(id)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, used := range append([]string{record.Image.ID}, record.Image.Layers...) {
			users[used] = append(users[used], record.Name)
		}
	}
	return users, nil
}

// ImportImage makes an image from a tar archive.
func (e *Engine) ImportImage(source io.Reader, name string, changes []string) (image.Image, error) {
	return e.Images.Import(source, name, changes...)
}

// Commit makes an image of what a container has changed. A running container is
// frozen meanwhile if pause says so; otherwise each file is copied as it is at
// its moment.
func (e *Engine) Commit(reference, name string, changes []string, pause bool) (made image.Image, err error) {
	id, err := e.find(reference)
	if err != nil {
		return image.Image{}, err
	}
	found, letGo, err := e.holdSettled(id, reference)
	defer letGo()
	if err == nil {
		err = e.refuseLost(found, "committing", reference)
	}
	if err != nil {
		return image.Image{}, err
	}
	base, err := e.Images.Get(found.Record.Image.ID)
	if err != nil {
		return image.Image{}, fmt.Errorf("committing container %q: %w", reference, err)
	}
	commit := func() error {
		var err error
		made, err = e.Images.Commit(name, base, e.upper(found.Record).UpperDirectory(), changes...)
		return err
	}
	if pause && found.State == Up {
		err = e.whileFrozen(found, commit)
	} else {
		err = commit()
	}
	return made, err
}
