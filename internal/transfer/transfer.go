// Package transfer copies files and trees by file descriptor. Neither side is
// trusted: a program that runs in the source or in the destination may rename,
// replace and link whatever it likes meanwhile. No link is followed, so that
// nothing outside of the source is read and nothing outside of the destination
// is written; what vanishes while it is copied is left out.
//
// How that is kept: an entry is opened before anything is asked about it
// (O_PATH and O_NOFOLLOW, which touches neither devices nor FIFOs), and all
// that follows goes by that descriptor. What is made is made by name in an open
// directory, with O_EXCL, and described by its own descriptor. Where others may have
// something under that name, it is made under a new one and renamed when it is whole.
//
// Owners, modes, times, extended attributes, hard links, holes, devices and
// FIFOs are kept. Sockets are left out, since nobody listens to a copy.
package transfer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
	"mydocker/internal/idmap"
	"mydocker/internal/tree"
)

// Options say how the copy may differ from its source.
type Options struct {
	// Owner is whom the copies belong to; nil keeps the owners. A file whose
	// owner changes loses its set-user-ID and set-group-ID bits and its
	// capabilities, as by chown(2): they were another user's to give.
	Owner *Owner

	// From and To say which IDs of the host the owners are, on either side,
	// where that is a container with IDs of its own.
	From, To idmap.Map

	// Keeps tells which extended attributes are copied. Its error ends the
	// copy.
	Keeps func(attribute string) (bool, error)

	// Merge fills directories that are there and replaces everything else.
	// Without it, the destination must be empty and out of everybody's reach.
	Merge bool
}

// Owner is a user and a group by number.
type Owner struct{ UID, GID int }

// Contents copies what is in the directory from into the directory to, which
// keeps its own owner, mode and times. It gives the size of the files, in bytes.
func Contents(from, to *os.File, options Options) (size int64, err error) {
	c, err := newCopier(to, options)
	if err != nil {
		return 0, err
	}
	source, err := c.openDirectory(from)
	if err != nil {
		return 0, err
	}
	defer source.Close()
	err = c.contents(pair{source, c.top, ""}, 1)
	return c.size, err
}

// Whole is Contents, and describes to as from is.
func Whole(from, to *os.File, options Options) (size int64, err error) {
	size, err = Contents(from, to, options)
	if err != nil {
		return size, err
	}
	c := copier{Options: options}
	stat, err := handle.Stat(from)
	if err != nil {
		return size, err
	}
	return size, c.describe(from, to, &stat)
}

// Entry copies a file, a directory with all below it, or whatever else from is,
// opened by O_PATH, to a name in the directory to. It gives the size of the
// files, in bytes.
func Entry(from, to *os.File, name string, options Options) (size int64, err error) {
	c, err := newCopier(to, options)
	if err != nil {
		return 0, err
	}
	stat, err := handle.Stat(from)
	if err != nil {
		return 0, err
	}
	if stat.Mode&unix.S_IFMT == unix.S_IFSOCK {
		return 0, errors.New("it is a socket; nobody would listen to a copy")
	}
	err = c.copy(pair{nil, c.top, ""}, from, name, &stat, 0)
	return c.size, err
}

// errGone says that an entry vanished between its listing and its opening.
var errGone = errors.New("the entry is gone")

type copier struct {
	Options
	top    *os.File         // the directory that is copied into
	itself inode            // the same; it is not copied into itself
	links  map[inode]string // where the first of several hard links went, below top
	size   int64
}

type inode struct{ device, number uint64 }

func identify(stat *unix.Stat_t) inode { return inode{uint64(stat.Dev), stat.Ino} }

func newCopier(to *os.File, options Options) (*copier, error) {
	stat, err := handle.Stat(to)
	if err != nil {
		return nil, err
	}
	return &copier{Options: options, top: to, itself: identify(&stat), links: map[inode]string{}}, nil
}

// pair is a directory and its copy.
type pair struct {
	from, to *os.File
	path     string // below the top
}

// contents copies the entries of a directory.
func (c *copier) contents(d pair, depth int) error {
	if depth > tree.MaxDepth {
		return fmt.Errorf("copying %q: directories are nested deeper than %d levels", shorten(d.path), tree.MaxDepth)
	}
	// The kernel's own are left empty, as they are in an image.
	if shown, err := handle.IsKernels(int(d.from.Fd())); shown || err != nil {
		return err
	}
	for {
		names, err := d.from.Readdirnames(256)
		for _, name := range names {
			if err := c.entry(d, name, depth); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, unix.ENOENT) { // the end, or it was removed
			return nil
		}
		if err != nil {
			return fmt.Errorf("copying %q: %w", shorten(d.path), err)
		}
	}
}

func (c *copier) entry(d pair, name string, depth int) error {
	err := c.openAndCopy(d, name, depth)
	// A listing may give a name twice while its directory changes.
	if err == nil || errors.Is(err, errGone) || errors.Is(err, unix.EEXIST) && !c.Merge {
		return nil
	}
	var deeper *entryError
	if errors.As(err, &deeper) {
		return err
	}
	return &entryError{path: filepath.Join(d.path, name), cause: err}
}

func (c *copier) openAndCopy(d pair, name string, depth int) error {
	from, err := handle.Open(d.from, name)
	if errors.Is(err, unix.ENOENT) {
		return errGone
	}
	if err != nil {
		return err
	}
	defer from.Close()
	stat, err := handle.Stat(from)
	if err != nil {
		return err
	}
	return c.copy(d, from, name, &stat, depth)
}

// entryError names the entry that could not be copied, once.
type entryError struct {
	path  string
	cause error
}

func (e *entryError) Error() string { return fmt.Sprintf("copying %q: %v", shorten(e.path), e.cause) }

func (e *entryError) Unwrap() error { return e.cause }

// shorten makes a path fit for a message.
func shorten(path string) string {
	const most = 200
	if len(path) <= most {
		return path
	}
	return path[:most] + "…"
}
