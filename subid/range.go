// Package subid hands out ranges of subordinate user and group IDs (subuid(5)):
// numbers of the host that belong to no account, for the users inside of one
// container with a user namespace of its own.
package subid

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"mydocker/internal/members"
	"mydocker/internal/shell"
	"mydocker/resource"
)

// Range is a range of IDs, users' and groups' alike, in the hands of one
// container for as long as that exists. On disk it is a symbolic link from
// "FIRST-LAST" to the container's ID.
type Range struct {
	Directory string
	First     uint32
	Size      uint32
	Owner     string // container ID
}

// Members implements members.Object.
func (r *Range) Members(list *members.List) {
	list.Always("directory", &r.Directory)
	list.Always("first", &r.First)
	list.Always("size", &r.Size)
	list.Always("owner", &r.Owner)
}

// RangeKind is the kind of a Range in state files.
const RangeKind = "subids"

var _ resource.Resource = (*Range)(nil)

func (r *Range) Kind() string   { return RangeKind }
func (r *Range) String() string { return fmt.Sprintf("IDs %q", r.name()) }

func (r *Range) span() span   { return span{r.First, r.Size} }
func (r *Range) name() string { return r.span().String() }

// Path is where the range lies on disk.
func (r *Range) Path() string { return filepath.Join(r.Directory, r.name()) }

// Create takes the range. One that another container has is a
// *resource.ForeignError.
func (r *Range) Create() error {
	if err := os.MkdirAll(r.Directory, 0o700); err != nil {
		return err
	}
	err := os.Symlink(r.Owner, r.Path())
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	owner, err := readOwner(r.Path())
	if err != nil || owner == r.Owner {
		return err
	}
	return &resource.ForeignError{Object: r.String(), Owner: describe(owner)}
}

// Remove gives the range back, unless another container has it by now.
func (r *Range) Remove() error {
	owner, err := readOwner(r.Path())
	if errors.Is(err, fs.ErrNotExist) || err == nil && owner != r.Owner {
		return nil
	}
	if err != nil {
		return err
	}
	if err := os.Remove(r.Path()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Check tells who has the range.
func (r *Range) Check() (resource.Status, error) {
	owner, err := readOwner(r.Path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return resource.Status{State: resource.Absent}, nil
	case err != nil:
		return resource.Status{}, err
	case owner != r.Owner:
		return resource.Status{State: resource.Altered, Detail: fmt.Sprintf("%s belongs to %s", r, describe(owner))}, nil
	}
	return resource.Status{State: resource.Present}, nil
}

// Explain gives the shell lines for Create and Remove.
func (r *Range) Explain() resource.Steps {
	return resource.Steps{
		Create: []string{
			"mkdir -p -m 700 " + shell.Quote(r.Directory),
			"ln -s " + shell.Quote(r.Owner) + " " + shell.Quote(r.Path()),
		},
		Remove: []string{"rm -f " + shell.Quote(r.Path())},
	}
}

// Ranges lists what is given to containers in a directory, which need not exist.
// An entry that mydocker did not make has no owner.
func Ranges(directory string) ([]*Range, error) {
	entries, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var ranges []*Range
	for _, entry := range entries {
		s, ok := parseSpan(entry.Name())
		if !ok {
			continue
		}
		given := &Range{Directory: directory, First: s.first, Size: s.size}
		given.Owner, err = readOwner(given.Path())
		if errors.Is(err, fs.ErrNotExist) {
			continue // given back in this moment
		}
		if err != nil {
			return nil, err
		}
		ranges = append(ranges, given)
	}
	return ranges, nil
}

// readOwner gives the container that has a range, and nothing for an entry
// that no mydocker has made.
func readOwner(path string) (string, error) {
	owner, err := os.Readlink(path)
	if errors.Is(err, syscall.EINVAL) {
		return "", nil // not a symbolic link
	}
	return owner, err
}

func describe(owner string) string {
	if owner == "" {
		return "something that mydocker did not make"
	}
	return "container " + owner
}
