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

// source is what is to be copied.
type source struct {
	entry       *os.File // by O_PATH
	name        string   // what it is called
	isDirectory bool
	contents    bool // not the directory itself but what is in it
}

// source opens what a path leads to. A link at its end is followed if follow
// says so, or if the path cannot mean the link: it ends in "/" or "/.".
func (t territory) source(name string, follow bool) (s source, err error) {
	if name == "" {
		return s, errors.New("the path is empty")
	}
	if s.name, err = t.base(name); err != nil {
		return s, err
	}
	s.contents = s.name == "" || name == "." || strings.HasSuffix(name, "/.")
	flags := uint64(unix.O_PATH)
	switch {
	case s.contents || strings.HasSuffix(name, "/"):
		flags |= unix.O_DIRECTORY
	case !follow:
		flags |= unix.O_NOFOLLOW
	}
	if s.entry, err = t.open(name, flags); err != nil {
		return s, err
	}
	stat, err := handle.Stat(s.entry)
	if err != nil {
		s.entry.Close()
		return s, err
	}
	s.isDirectory = stat.Mode&unix.S_IFMT == unix.S_IFDIR
	if err := t.absent.refuseAround(s.entry, ""); err != nil {
		s.entry.Close()
		return s, err
	}
	return s, nil
}

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
		existing.Close()
		if from.isDirectory {
			return destination{}, errors.New("a directory cannot take the place of a file; choose another name or an existing directory")
		}
	case !errors.Is(err, unix.ENOENT):
		return destination{}, err
	case strings.HasSuffix(name, "/") && !from.isDirectory:
		return destination{}, errors.New("there is no such directory; make it first")
	}
	return t.named(strings.TrimRight(name, "/"))
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
