package engine

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/image/archive"
	"mydocker/image/layer"
	"mydocker/internal/idmap"
	"mydocker/internal/transfer"
)

// CopyOptions are what a user says of a copy.
type CopyOptions struct {
	Archive    bool // what comes out of a container keeps its owners
	FollowLink bool // a symbolic link that is named stands for what it leads to
}

// CopyFrom copies a file or directory of a container, running or not, to the
// host, and gives its size in bytes. What is copied belongs to the caller, if
// options do not say otherwise.
func (e *Engine) CopyFrom(reference, path, destination string, options CopyOptions) (size int64, err error) {
	inside, err := e.open(reference)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, inside.close()) }()
	wanted := transferOptions()
	wanted.From = inside.ids
	if !options.Archive {
		wanted.Owner = &transfer.Owner{UID: os.Geteuid(), GID: os.Getegid()}
	}
	size, err = copyBetween(inside.territory(), path, territory{}, destination, options.FollowLink, wanted)
	if err != nil {
		return size, fmt.Errorf("copying \"%s:%s\" to %q: %w", reference, path, destination, err)
	}
	return size, nil
}

// CopyTo copies a file or directory of the host into a container, running or
// not, and gives its size in bytes. Owners are kept, by their numbers.
func (e *Engine) CopyTo(source, reference, path string, options CopyOptions) (size int64, err error) {
	inside, err := e.open(reference)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, inside.close()) }()
	wanted := transferOptions()
	wanted.To = inside.ids
	inside.Inside(func() {
		size, err = copyBetween(territory{}, source, inside.territory(), path, options.FollowLink, wanted)
	})
	if err != nil {
		return size, fmt.Errorf("copying %q to \"%s:%s\": %w", source, reference, path, inside.explain(err))
	}
	return size, nil
}

func transferOptions() transfer.Options {
	return transfer.Options{
		Merge: true,
		Keeps: func(attribute string) (bool, error) { return archive.KeepsAttribute(attribute), nil },
	}
}

func copyBetween(from territory, path string, to territory, place string, follow bool, options transfer.Options) (int64, error) {
	what, err := from.source(path, follow)
	if err != nil {
		return 0, err
	}
	defer what.entry.Close()
	where, err := to.destination(place, what)
	if err != nil {
		return 0, err
	}
	defer where.directory.Close()
	if where.name == "" {
		return transfer.Contents(what.entry, where.directory, options)
	}
	return transfer.Entry(what.entry, where.directory, where.name, options)
}

// explain adds to an error of the kernel what it comes from.
func (i *interior) explain(err error) error {
	switch {
	case errors.Is(err, unix.EROFS) && i.record.ReadOnly:
		return fmt.Errorf("%w; the container runs with --read-only, so that only its volumes and tmpfs can be written to", err)
	case errors.Is(err, unix.EROFS):
		return fmt.Errorf("%w; it is mounted read-only in the container", err)
	}
	return err
}

// PackFrom writes a file or directory of a container, running or not, as a tar
// archive.
func (e *Engine) PackFrom(reference, path string, to io.Writer, options CopyOptions) (err error) {
	inside, err := e.open(reference)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inside.close()) }()
	if err := pack(inside.territory(), path, to, options, inside.ids); err != nil {
		return fmt.Errorf("copying \"%s:%s\": %w", reference, path, err)
	}
	return nil
}

func pack(from territory, path string, to io.Writer, options CopyOptions, ids idmap.Map) error {
	what, err := from.source(path, options.FollowLink)
	if err != nil {
		return err
	}
	defer what.entry.Close()
	if what.contents {
		return archive.Pack(to, what.entry, ".", ids)
	}
	if options.FollowLink { // docker calls it what the link leads to
		if path, err = from.follow(path); err != nil {
			return err
		}
		if what.name, err = from.base(path); err != nil {
			return err
		}
	}
	return archive.Pack(to, what.entry, what.name, ids)
}

// UnpackInto unpacks a tar archive, compressed or not, into a directory of a
// container, running or not.
func (e *Engine) UnpackInto(source io.Reader, reference, path string) (err error) {
	inside, err := e.open(reference)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inside.close()) }()
	err = inside.absent.refuseAround(inside.Root, "") // where links would lead its entries, nobody knows yet
	if err == nil {
		inside.Inside(func() { _, err = archive.Merge(source, inside.Root, path, inside.ids) })
	}
	if err != nil {
		return fmt.Errorf("unpacking into \"%s:%s\": %w", reference, path, inside.explain(err))
	}
	return nil
}

// Export writes the whole file system of a container, running or not, as a tar
// archive, without what is mounted in it.
func (e *Engine) Export(reference string, to io.Writer) (err error) {
	inside, err := e.open(reference)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, inside.close()) }()
	layers, err := inside.Layers()
	if err == nil {
		defer layers.Close()
		err = archive.Pack(to, layers, "", inside.ids)
	}
	if err != nil {
		return fmt.Errorf("exporting container %q: %w", reference, err)
	}
	return nil
}

// Changes tells what a container, running or not, has changed of its image's
// files.
func (e *Engine) Changes(reference string) ([]layer.Change, error) {
	found, err := e.Container(reference)
	if err == nil {
		err = e.refuseLost(found, "comparing", reference)
	}
	if err != nil {
		return nil, err
	}
	changes, err := layer.Changes(e.upper(found.Record).UpperDirectory(), e.layers(found.Record))
	if err != nil {
		return nil, fmt.Errorf("comparing container %q with its image: %w", reference, err)
	}
	return changes, nil
}
