package layer

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// finding is what a layer has under a name. The zero value is nothing at all.
type finding struct {
	file *os.File // by O_PATH
	stat unix.Stat_t
}

// find looks for a name in one layer. A whiteout is found, and does not exist.
func find(directory *os.File, name string) (found finding, err error) {
	found.file, err = handle.Open(directory, name)
	if errors.Is(err, unix.ENOENT) {
		return finding{}, nil
	}
	if err != nil {
		return finding{}, err
	}
	found.stat, err = handle.Stat(found.file)
	return found, err
}

func (f finding) close() { f.file.Close() } // nil says so, which does not matter

func (f finding) kind() uint32 { return f.stat.Mode & unix.S_IFMT }

func (f finding) isDirectory() bool { return f.kind() == unix.S_IFDIR }

// exists tells whether there is something that is no whiteout: a character
// device 0:0, Documentation/filesystems/overlayfs.rst.
func (f finding) exists() bool {
	return f.file != nil && (f.kind() != unix.S_IFCHR || f.stat.Rdev != 0)
}

// isLike compares two directories.
func (f finding) isLike(other finding) bool {
	return f.stat.Mode == other.stat.Mode && f.stat.Uid == other.stat.Uid && f.stat.Gid == other.stat.Gid
}

// isOpaque tells whether a directory hides those of its name in the layers
// below.
func (f finding) isOpaque() (bool, error) {
	value, err := handle.Attribute(f.file, overlayPrefix+"opaque")
	if errors.Is(err, unix.ENODATA) || errors.Is(err, unix.ENOTSUP) {
		return false, nil
	}
	return string(value) == "y", err
}

// stack is one directory in several layers, the top one first.
type stack []*os.File

func (s stack) close() {
	for _, directory := range s {
		directory.Close()
	}
}

// find gives what the layers have under a name, together.
func (s stack) find(name string) (finding, error) {
	for _, directory := range s {
		found, err := find(directory, name)
		if err != nil || found.file != nil {
			return found, err
		}
	}
	return finding{}, nil
}

// enter opens a directory below in all layers in which it counts: down to the
// first that has something else in its place, or hides those below.
func (s stack) enter(name string) (inside stack, err error) {
	for _, directory := range s {
		found, err := find(directory, name)
		if err != nil {
			return inside, err
		}
		if found.file == nil {
			continue
		}
		if !found.isDirectory() {
			found.close()
			return inside, nil
		}
		opened, opaque, err := unfold(found)
		found.close()
		if err != nil {
			return inside, err
		}
		inside = append(inside, opened)
		if opaque {
			return inside, nil
		}
	}
	return inside, nil
}

// list gives the names that the layers have together, whiteouts among them.
func (s stack) list() (map[string]bool, error) {
	all := map[string]bool{}
	for _, directory := range s {
		names, err := list(directory)
		if err != nil {
			return nil, err
		}
		for name := range names {
			all[name] = true
		}
	}
	return all, nil
}

func list(directory *os.File) (map[string]bool, error) {
	if _, err := directory.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	names, err := directory.Readdirnames(-1)
	found := make(map[string]bool, len(names))
	for _, name := range names {
		found[name] = true
	}
	return found, err
}

// enter goes into a directory of the upper layer and what is below it.
func (p place) enter(now finding, name string) (inside place, err error) {
	inside.path = filepath.Join(p.path, name)
	var opaque bool
	if inside.upper, opaque, err = unfold(now); err != nil {
		return inside, err
	}
	inside.whole = p.whole || opaque
	if inside.below, err = p.below.enter(name); err != nil {
		inside.below.close()
		inside.upper.Close()
	}
	return inside, err
}

// unfold opens a directory for listing.
func unfold(found finding) (directory *os.File, opaque bool, err error) {
	if opaque, err = found.isOpaque(); err != nil {
		return nil, false, err
	}
	directory, err = handle.Reopen(found.file, unix.O_RDONLY|unix.O_DIRECTORY)
	return directory, opaque, err
}
