package archive

import (
	"archive/tar"
	"path"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// directoryTimes holds the times of directories back until nothing more is
// put into them, since that would change them again.
type directoryTimes struct {
	pending []directoryTime
	bytes   int // that pending takes
	most    int // that it may take
}

type directoryTime struct {
	path     string // clean; "" for the top
	modified time.Time
}

// mostPending bounds the memory that an archive of endless directories takes,
// in bytes.
const mostPending = 4 << 20

// perPending is what one directory takes beside its path, in bytes.
const perPending = 64

// add remembers the time of a directory.
func (d *directoryTimes) add(u *unpacker, path string, header *tar.Header) error {
	d.pending = append(d.pending, directoryTime{path, header.ModTime})
	d.bytes += len(path) + perPending
	if d.bytes < d.most {
		return nil
	}
	return d.applyBut(u, func(finished string) bool { return isWithin(path, finished) })
}

// apply sets all times that are remembered.
func (d *directoryTimes) apply(u *unpacker) error {
	return d.applyBut(u, func(string) bool { return false })
}

// applyBut sets the times of all directories but those that are still being
// filled. Archivers list a directory with all below it before the next one,
// so that the ones that lead to the current entry are those.
func (d *directoryTimes) applyBut(u *unpacker, inUse func(path string) bool) error {
	kept := d.pending[:0]
	d.bytes = 0
	for _, directory := range d.pending {
		if inUse(directory.path) {
			kept = append(kept, directory)
			d.bytes += len(directory.path) + perPending
			continue
		}
		if err := directory.set(u.root); err != nil {
			return &EntryError{Name: shorten(directory.path), Cause: err}
		}
	}
	d.pending = kept
	return nil
}

// set sets the time, unless a later entry has replaced the directory.
func (d directoryTime) set(root int) error {
	if d.path == "" {
		return setTimes(root, ".", d.modified)
	}
	parent, base := root, path.Base(d.path)
	if above := path.Dir(d.path); above != "." {
		fd, err := openInRoot(root, above)
		if err != nil {
			return nil
		}
		defer unix.Close(fd)
		parent = fd
	}
	if kindOf(parent, base) != unix.S_IFDIR {
		return nil
	}
	return setTimes(parent, base, d.modified)
}

// isWithin tells whether path is directory or lies below it.
func isWithin(path, directory string) bool {
	return directory == "" || path == directory || strings.HasPrefix(path, directory+"/")
}
