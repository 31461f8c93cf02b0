package archive

import (
	"archive/tar"
	"errors"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/tree"
)

// put has an entry made and completed. Where what is in the way is not the archive's
// own, it takes that place when it is complete, and of no directory.
func (u *unpacker) put(e entry, create, complete func(name string) error) error {
	if u.merge {
		u.parents.expire()
		return handle.Replace(e.parent, e.base, specialKind(e.Header), create, complete)
	}
	if err := u.replacing(e, create); err != nil {
		return err
	}
	return complete(e.base)
}

// replacing calls create and, when something is in the way, removes that and
// calls it once more.
func (u *unpacker) replacing(e entry, create func(name string) error) error {
	err := create(e.base)
	if !errors.Is(err, unix.EEXIST) {
		return err
	}
	u.parents.expire()
	if err := tree.RemoveAt(e.parent, e.base, e.Name); err != nil {
		return err
	}
	return create(e.base)
}

// specialKind is the kind of a device or pipe, and 0 for everything else.
func specialKind(header *tar.Header) uint32 {
	switch header.Typeflag {
	case tar.TypeChar:
		return unix.S_IFCHR
	case tar.TypeBlock:
		return unix.S_IFBLK
	case tar.TypeFifo:
		return unix.S_IFIFO
	}
	return 0
}

// describing is describeAt under the name that the entry has then.
func (u *unpacker) describing(e entry) func(name string) error {
	return func(name string) error {
		e.base = name
		return u.describeAt(e)
	}
}
