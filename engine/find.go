package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"mydocker/state"
)

// NotFoundError says that there is no such object.
type NotFoundError struct {
	What, Name, Remedy string
}

func (e *NotFoundError) Error() string {
	return fmt.Sprintf("finding %s %q: no such %s; %s", e.What, e.Name, e.What, e.Remedy)
}

func noContainer(name string) error {
	return &NotFoundError{What: "container", Name: name, Remedy: `"mydocker ps" lists them`}
}

// find gives the ID of the container that a user calls by its name, its ID or
// a unique prefix of its ID, in this order.
func (e *Engine) find(reference string) (string, error) {
	if reference == "" || strings.ContainsAny(reference, "/\x00") || strings.HasPrefix(reference, ".") {
		return "", noContainer(reference)
	}
	if id, err := os.Readlink(filepath.Join(e.Layout.Names(), reference)); err == nil {
		return id, nil
	}
	if isID(reference) && e.exists(reference) {
		return reference, nil
	}
	return e.findPrefix(reference)
}

// exists tells whether a container has that ID, be it one of which only a part is
// left.
func (e *Engine) exists(id string) bool {
	return state.Exists(e.Layout.Container(id)) || state.Exists(e.Layout.LiveContainer(id))
}

func (e *Engine) findPrefix(prefix string) (string, error) {
	ids, err := e.containerIDs()
	if err != nil {
		return "", err
	}
	var found []string
	for _, id := range ids {
		if id == prefix {
			return id, nil
		}
		if strings.HasPrefix(id, prefix) {
			found = append(found, id)
		}
	}
	switch len(found) {
	case 0:
		return "", noContainer(prefix)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("finding container %q: the prefix is that of %s; give more digits", prefix, strings.Join(found, ", "))
}

// containerIDs lists all containers, running or not, those among them whose
// directory is gone.
func (e *Engine) containerIDs() ([]string, error) {
	ids, err := listDirectory(e.Layout.Containers())
	if err != nil {
		return nil, err
	}
	live, err := listDirectory(e.Layout.Live())
	ids = append(ids, live...)
	slices.Sort(ids)
	return slices.Compact(ids), err
}

// listDirectory gives the names in a directory that may not be there yet,
// without the temporary files of writes in flight.
func listDirectory(path string) ([]string, error) {
	directory, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	return listNames(directory)
}

func listNames(directory *os.File) ([]string, error) {
	names, err := directory.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	visible := names[:0]
	for _, name := range names {
		if !strings.HasPrefix(name, ".") {
			visible = append(visible, name)
		}
	}
	return visible, nil
}
