package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"mydocker/internal/members"
	"mydocker/internal/shell"
	"mydocker/resource"
)

// Name reserves a container's name: a symbolic link of that name to the ID,
// which the kernel lets only one command make.
type Name struct {
	Directory string
	Name      string
	ID        string
}

// Members implements members.Object.
func (n *Name) Members(list *members.List) {
	list.Always("directory", &n.Directory)
	list.Always("name", &n.Name)
	list.Always("id", &n.ID)
}

func (n *Name) Kind() string   { return "name" }
func (n *Name) String() string { return fmt.Sprintf("name %q", n.Name) }

func (n *Name) path() string { return filepath.Join(n.Directory, n.Name) }

func (n *Name) Create() error {
	if err := os.MkdirAll(n.Directory, 0o700); err != nil {
		return err
	}
	err := os.Symlink(n.ID, n.path())
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	if owner, err := os.Readlink(n.path()); err != nil || owner != n.ID {
		return nameTaken(n.Name, owner)
	}
	return nil
}

// nameTaken says that a name is that of another container.
func nameTaken(name, id string) error {
	return &nameTakenError{name: name, ForeignError: resource.ForeignError{Object: fmt.Sprintf("name %q", name), Owner: "container " + id}}
}

type nameTakenError struct {
	resource.ForeignError
	name string
}

func (e *nameTakenError) Error() string {
	return fmt.Sprintf("%s has that name; choose another or remove it with \"mydocker rm %s\"", e.Owner, e.name)
}

func (e *nameTakenError) Unwrap() error { return &e.ForeignError }

func (n *Name) Remove() error {
	owner, err := os.Readlink(n.path())
	if err != nil || owner != n.ID {
		return nil // gone, or somebody else's by now
	}
	if err := os.Remove(n.path()); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (n *Name) Check() (resource.Status, error) {
	owner, err := os.Readlink(n.path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return resource.Status{State: resource.Absent}, nil
	case err != nil:
		return resource.Status{}, err
	case owner != n.ID:
		return resource.Status{State: resource.Foreign, Detail: "it belongs to container " + owner}, nil
	}
	return resource.Status{State: resource.Present}, nil
}

func (n *Name) Explain() resource.Steps {
	path := shell.Quote(n.path())
	return resource.Steps{
		Create: []string{
			"mkdir -p -m 700 " + shell.Quote(n.Directory),
			"ln -s " + shell.Quote(n.ID) + " " + path,
		},
		Remove: []string{"rm -f " + path},
	}
}
