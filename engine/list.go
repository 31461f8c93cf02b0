package engine

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"

	"mydocker/internal/process"
)

// List gives all containers, the newest first. Records that cannot be read
// are named in the error; the others are given all the same.
func (e *Engine) List() ([]Container, error) { return e.list(e.glance) }

// Overview is List for those who look at what is in outline, and nothing else.
func (e *Engine) Overview() ([]Container, error) { return e.list(e.outline) }

func (e *Engine) list(read func(id string) (*Record, error)) ([]Container, error) {
	ids, err := e.containerIDs()
	if err != nil {
		return nil, err
	}
	live, err := e.liveIDs()
	if err != nil {
		return nil, err
	}
	bootID, err := process.BootID()
	if err != nil {
		return nil, err
	}
	found, errs := make([]Container, len(ids)), make([]error, len(ids))
	spread(len(ids), func(i int) { found[i], errs[i] = e.inspect(read, ids[i], live[ids[i]], bootID) })
	containers := make([]Container, 0, len(ids))
	var broken []error
	for i, err := range errs {
		switch {
		case err == nil:
			containers = append(containers, found[i])
		case !errors.Is(err, fs.ErrNotExist): // else it has just been removed
			broken = append(broken, err)
		}
	}
	slices.SortFunc(containers, func(a, b Container) int {
		return cmp.Or(b.Record.Created.Compare(a.Record.Created), cmp.Compare(a.Record.ID, b.Record.ID))
	})
	return containers, errors.Join(broken...)
}

func (e *Engine) liveIDs() (map[string]bool, error) {
	names, err := listDirectory(e.Layout.Live())
	live := make(map[string]bool, len(names))
	for _, name := range names {
		live[name] = true
	}
	return live, err
}
