package engine

import (
	"errors"
	"fmt"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// destination is where a copy goes: to a name in a directory, or, without a
// name, into the directory.
type destination struct {
	directory *os.File // by O_PATH
	name      string
}

// destination finds the place for a copy, which is to cover no absent volume.
func (t territory) destination(name string, from source) (destination, error) {
	found, err := t.place(name, from)
	if err != nil {
		return destination{}, err
	}
	if err := t.absent.refuseAround(found.directory, found.name); err != nil {
		found.directory.Close()
		return destination{}, err
	}
	return found, nil
}

// place finds the place for a copy by docker's rules. What is copied to a
// directory that is there goes into it; everything else is called what the path
// says, and its directory must be there.
func (t territory) place(name string, from source) (destination, error) {
	if name == "" {
		return destination{}, errors.New("the path is empty")
	}
	existing, err := t.open(name, unix.O_PATH)
	switch {
	case err == nil:
		if isDirectory(existing) {
			return from.into(existing), nil
		}
		defer existing.Close()
		if from.isDirectory {
			return destination{}, errors.New("a directory cannot take the place of a file; choose another name or an existing directory")
		}
		return t.replacing(existing, strings.TrimRight(name, "/"))
	case !errors.Is(err, unix.ENOENT):
		return destination{}, err
	case strings.HasSuffix(name, "/") && !from.isDirectory:
		return destination{}, errors.New("there is no such directory; make it first")
	}
	return t.named(strings.TrimRight(name, "/"))
}

// replacing is the place of a file that is there.
func (t territory) replacing(existing *os.File, name string) (destination, error) {
	place, err := t.named(name)
	if err != nil || t.root != nil { // in a container no link of /proc is followed
		return place, err
	}
	if err := place.refuseNameless(existing); err != nil {
		place.directory.Close()
		return destination{}, err
	}
	return place, nil
}

// refuseNameless refuses a file that is not where the path leads. A link of /proc led
// there, whose text is no path: to a pipe that is standard output, for example.
func (d destination) refuseNameless(existing *os.File) error {
	stat, err := handle.Stat(existing)
	if err != nil {
		return err
	}
	var there unix.Stat_t
	err = unix.Fstatat(int(d.directory.Fd()), d.name, &there, unix.AT_SYMLINK_NOFOLLOW)
	if err == nil && there.Ino == stat.Ino && there.Dev == stat.Dev {
		return nil
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return handle.ErrSpecial
	}
	return errors.New("it is an open file that has no name any more; choose another name")
}

// into is the place of a source in a directory that exists.
func (s source) into(directory *os.File) destination {
	if s.contents {
		return destination{directory: directory}
	}
	return destination{directory: directory, name: s.name}
}

// named is the place that a path says, behind the links that it ends in.
func (t territory) named(name string) (destination, error) {
	resolved, err := t.follow(name)
	if err != nil {
		return destination{}, err
	}
	slash := strings.LastIndexByte(resolved, '/')
	above, base := "./"+resolved[:slash+1], resolved[slash+1:]
	if path.IsAbs(resolved) {
		above = resolved[:slash+1]
	}
	if base == "" || base == "." || base == ".." {
		return destination{}, fmt.Errorf("%q is no name for a file", name)
	}
	directory, err := t.open(above, unix.O_PATH|unix.O_DIRECTORY)
	if errors.Is(err, unix.ENOENT) {
		return destination{}, fmt.Errorf("there is no directory %q; make it first", path.Clean(above))
	}
	return destination{directory: directory, name: base}, err
}

func isDirectory(file *os.File) bool {
	stat, err := handle.Stat(file)
	return err == nil && stat.Mode&unix.S_IFMT == unix.S_IFDIR
}
