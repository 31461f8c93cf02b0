package layer

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"mydocker/internal/tree"
)

// Kind says what became of a file, in docker's letters.
type Kind string

// What can become of a file.
const (
	Added   Kind = "A"
	Changed Kind = "C"
	Deleted Kind = "D"
)

// Change is a file that differs from the image's.
type Change struct {
	Kind Kind
	Path string // from the root, "/"
}

// Changes compares the upper directory of an overlay with the layers below it,
// the top one first. A directory comes before what is in it. One in which
// something has changed is changed; the time of a directory alone is no change.
// Of a directory that is gone, or has become a file, that alone is told.
func Changes(upper string, lower []string) ([]Change, error) {
	top, err := open(upper)
	if err != nil {
		return nil, err
	}
	defer top.Close()
	below := stack{}
	defer func() { below.close() }()
	for _, path := range lower {
		layer, err := open(path)
		if err != nil {
			return nil, err
		}
		below = append(below, layer)
	}
	c := comparison{}
	err = c.directory(place{upper: top, below: below, path: "/"}, 0)
	return c.changes, err
}

type comparison struct {
	changes []Change
}

// place is a directory of the upper layer and the same one below.
type place struct {
	upper *os.File
	below stack
	path  string
	whole bool // nothing that is below shines through
}

func (c *comparison) directory(p place, depth int) error {
	if depth > tree.MaxDepth {
		return fmt.Errorf("comparing %q: directories are nested deeper than %d levels", p.path[:min(200, len(p.path))], tree.MaxDepth)
	}
	names, err := p.names()
	for _, name := range names {
		if err == nil {
			err = c.entry(p, name, depth)
		}
	}
	var deeper *compareError
	if err == nil || errors.As(err, &deeper) {
		return err
	}
	return &compareError{path: p.path, cause: err}
}

// compareError names the directory that could not be compared, once.
type compareError struct {
	path  string
	cause error
}

func (e *compareError) Error() string { return fmt.Sprintf("comparing %q: %v", e.path, e.cause) }

func (e *compareError) Unwrap() error { return e.cause }

// names are those that can have changed, sorted.
func (p place) names() ([]string, error) {
	names, err := list(p.upper)
	if err == nil && p.whole {
		var hidden map[string]bool
		hidden, err = p.below.list()
		maps.Copy(names, hidden)
	}
	return slices.Sorted(maps.Keys(names)), err
}

func (c *comparison) entry(p place, name string, depth int) error {
	path := filepath.Join(p.path, name)
	old, err := p.below.find(name)
	if err != nil {
		return err
	}
	defer old.close()
	now, err := find(p.upper, name)
	if err != nil {
		return err
	}
	defer now.close()
	switch {
	case !now.exists():
		if old.exists() && (now.file != nil || p.whole) {
			c.changes = append(c.changes, Change{Deleted, path})
		}
		return nil
	case !now.isDirectory() && old.exists():
		c.changes = append(c.changes, Change{Changed, path})
		return nil
	case !now.isDirectory():
		c.changes = append(c.changes, Change{Added, path})
		return nil
	}
	return c.below(p, now, old, name, depth)
}

// below tells of a directory and then of what is in it. One that was there is
// taken back when it turns out that nothing has changed.
func (c *comparison) below(p place, now, old finding, name string, depth int) error {
	kind, same := Added, false
	if old.exists() {
		kind, same = Changed, now.isLike(old)
	}
	at := len(c.changes)
	c.changes = append(c.changes, Change{kind, filepath.Join(p.path, name)})
	inside, err := p.enter(now, name)
	if err != nil {
		return err
	}
	defer inside.upper.Close()
	defer inside.below.close()
	err = c.directory(inside, depth+1)
	if same && len(c.changes) == at+1 {
		c.changes = c.changes[:at]
	}
	return err
}
