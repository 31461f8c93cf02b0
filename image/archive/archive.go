// Package archive unpacks root file systems: tar archives of any common
// dialect, plain or compressed, as "docker export", "tar -c" and debootstrap
// make them. An archive comes from anywhere and is never trusted. Whatever it
// says, nothing outside the directory that it is unpacked into is read,
// written or linked.
//
// How that is kept: the directory belongs to the caller alone, so that only
// the archive itself can plant traps there. The directory part of every name
// is resolved by the kernel with the directory as its root (openat2 with
// RESOLVE_IN_ROOT), so that links planted earlier lead back inside. The last
// part is never followed: files are made with O_EXCL, after removing what is
// in the way, and all else by the *at system calls that do not follow. Merge makes
// everything under a new name and has it take its place when it is complete.
//
// Three things that a plain root file system cannot mean are left out:
// attributes of an overlay (trusted.overlay.*, user.overlay.*), which would
// redirect the overlay that the layer becomes part of; character devices 0:0,
// which an overlay takes for whiteouts; and labels of the security module of
// the host that the archive was made on (security.selinux). A file called
// .wh.NAME, a whiteout in the layers of an OCI image, is a file like any
// other, since a root file system has nothing below it to hide.
package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/idmap"
)

// Contents says what was unpacked.
type Contents struct {
	Size    int64 // bytes in regular files, hard links counted once
	Entries int64 // entries of the archive
}

// EntryError says which entry of an archive could not be unpacked.
type EntryError struct {
	Name  string
	Cause error
}

func (e *EntryError) Error() string { return fmt.Sprintf("unpacking %q: %v", e.Name, e.Cause) }

func (e *EntryError) Unwrap() error { return e.Cause }

// ErrNotRootfs says that an archive holds an image in the format of "docker
// save" or of an OCI layout.
var ErrNotRootfs = errors.New(`the archive is a saved image, not a root file system; ` +
	`make one with "docker create --name temporary IMAGE" and "docker export temporary"`)

// Unpack reads an archive, compressed or not, to its end and unpacks it into
// directory, which must be empty and out of everybody else's reach. After an
// error the directory holds a part of the archive and is the caller's to
// remove. source must not be used after the call.
func Unpack(source io.Reader, directory string) (Contents, error) {
	root, err := unix.Open(directory, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return Contents{}, fmt.Errorf("unpacking into %q: %w", directory, err)
	}
	defer unix.Close(root)
	u := newUnpacker(root)
	if u.space, err = freeSpace(root, directory); err != nil {
		return Contents{}, err
	}
	return u.unpack(source)
}

// Merge unpacks an archive into a directory of a file system that may be full
// of files, and of programs that change them meanwhile. directory is a path
// there; links on the way to it and below it mean what they mean to a program
// whose root directory root is. What is in the way of a file is replaced, but
// for directories; a directory that is there is filled. The directory itself
// stays as it is. Owners are the host's for the IDs of a container, as ids says.
func Merge(source io.Reader, root *os.File, directory string, ids idmap.Map) (Contents, error) {
	u := newUnpacker(int(root.Fd()))
	u.ids = ids
	u.merge, u.below = true, strings.Trim(directory, "/")
	place, err := openInRoot(u.root, "./"+u.below)
	if err != nil {
		return Contents{}, fmt.Errorf("opening the directory %q: %w", directory, err)
	}
	defer unix.Close(place)
	if u.space, err = freeSpace(place, directory); err != nil {
		return Contents{}, err
	}
	return u.unpack(source)
}

type unpacker struct {
	root     int    // the directory that everything is kept in
	below    string // where in it the archive's top is
	ids      idmap.Map
	merge    bool // others have files there, and are at work
	parents  parents
	times    directoryTimes
	space    space
	buffer   []byte
	contents Contents

	background *background // nil: every file is written before the next entry
}

func newUnpacker(root int) *unpacker {
	return &unpacker{
		root:    root,
		parents: newParents(root),
		times:   directoryTimes{most: mostPending},
		buffer:  make([]byte, 256<<10),
	}
}

func (u *unpacker) unpack(source io.Reader) (Contents, error) {
	stream, err := newStream(source)
	if err != nil {
		return Contents{}, err
	}
	defer stream.Close()
	defer u.parents.forget()
	if !u.merge { // nobody else is at work on the files
		u.background = startBackground(u)
	}
	err = u.entries(tar.NewReader(stream))
	if earlier := u.background.end(); earlier != nil {
		err = earlier // that of an entry before the one that is being read
	}
	if err != nil {
		return Contents{}, err
	}
	if err := u.finish(); err != nil {
		return Contents{}, err
	}
	return u.contents, stream.Finish()
}

func (u *unpacker) entries(archive *tar.Reader) error {
	for !u.background.hasFailed() {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return u.unreadable(err)
		}
		if err := u.entry(header, archive); err != nil {
			return &EntryError{Name: shorten(header.Name), Cause: explain(err)}
		}
		u.contents.Entries++
	}
	return nil
}

// unreadable explains an error of the tar reader. One on the very first
// header means that this is no archive at all.
func (u *unpacker) unreadable(err error) error {
	if errors.Is(err, tar.ErrHeader) && u.contents.Entries == 0 {
		return errors.New("not a tar archive, nor one compressed by gzip, bzip2, xz or zstd")
	}
	return fmt.Errorf("after %d entries: %w", u.contents.Entries, cutShort(err))
}

// cutShort explains the error of a source that ends where it must not.
func cutShort(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("reading the archive: it ends too early (%w); is it complete?", err)
	}
	return fmt.Errorf("reading the archive: %w", err)
}

// finish does what must wait until every entry is in its place.
func (u *unpacker) finish() error {
	if !u.merge && u.isSavedImage() {
		return ErrNotRootfs
	}
	return u.times.apply(u)
}

// isSavedImage tells whether the top directory looks like the output of
// "docker save" (manifest.json) or an OCI image layout (oci-layout, image-spec
// "image-layout.md") and like no root file system.
func (u *unpacker) isSavedImage() bool {
	for _, name := range []string{"bin", "etc", "usr", "lib", "sbin", "dev"} {
		if kindOf(u.root, name) != 0 {
			return false
		}
	}
	return kindOf(u.root, "manifest.json") == unix.S_IFREG || kindOf(u.root, "oci-layout") == unix.S_IFREG
}

// kindOf gives the S_IFMT bits of an entry, 0 for one that is not there.
func kindOf(directory int, name string) uint32 {
	var stat unix.Stat_t
	if unix.Fstatat(directory, name, &stat, unix.AT_SYMLINK_NOFOLLOW) != nil {
		return 0
	}
	return stat.Mode & unix.S_IFMT
}

// explain adds to an error of the kernel what can be done about it.
func explain(err error) error {
	switch {
	case errors.Is(err, unix.EPERM) && unix.Geteuid() != 0:
		return fmt.Errorf("%w; images are unpacked as root", err)
	case errors.Is(err, unix.ENOSPC):
		return fmt.Errorf("%w; make room or put the state elsewhere with --root", err)
	}
	return err
}

// shorten makes an entry's name fit for a message.
func shorten(name string) string {
	const most = 200
	if len(name) <= most {
		return name
	}
	return name[:most] + "…"
}
