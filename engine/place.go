package engine

import (
	"errors"
	"os"
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
