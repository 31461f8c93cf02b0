// Package ipam hands out the addresses of a network (IP address management).
// What is leased is on disk alone: a directory for each network, in it one
// entry for each address.
package ipam

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"syscall"

	"mydocker/internal/members"
	"mydocker/internal/shell"
	"mydocker/resource"
)

// Lease is one address in the hands of one container. On disk it is a symbolic
// link from the address to the container's ID: it comes into being whole, with
// its content, and only where nothing is yet.
type Lease struct {
	Directory string
	Address   netip.Addr
	Owner     string // container ID
}

// Members implements members.Object.
func (l *Lease) Members(list *members.List) {
	list.Always("directory", &l.Directory)
	list.Always("address", &l.Address)
	list.Always("owner", &l.Owner)
}

// LeaseKind is the kind of a Lease in state files.
const LeaseKind = "lease"

func (l *Lease) Kind() string   { return LeaseKind }
func (l *Lease) String() string { return fmt.Sprintf("lease %q", l.Address) }

func (l *Lease) path() string { return filepath.Join(l.Directory, l.Address.String()) }

// Create leases the address. An address that another container has is a
// *resource.ForeignError.
func (l *Lease) Create() error {
	err := os.Symlink(l.Owner, l.path())
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	owner, err := readOwner(l.path())
	if err != nil || owner == l.Owner {
		return err
	}
	return &resource.ForeignError{Object: l.String(), Owner: describe(owner)}
}

// Remove gives the address back, unless another container has it by now.
func (l *Lease) Remove() error {
	owner, err := readOwner(l.path())
	if errors.Is(err, fs.ErrNotExist) || err == nil && owner != l.Owner {
		return nil
	}
	if err != nil {
		return err
	}
	return ignoreAbsent(os.Remove(l.path()))
}

// Check tells who has the address.
func (l *Lease) Check() (resource.Status, error) {
	owner, err := readOwner(l.path())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return resource.Status{State: resource.Absent}, nil
	case err != nil:
		return resource.Status{}, err
	case owner != l.Owner:
		return resource.Status{State: resource.Foreign, Detail: fmt.Sprintf("%s is leased to %s", l.Address, describe(owner))}, nil
	}
	return resource.Status{State: resource.Present}, nil
}

func (l *Lease) Explain() resource.Steps {
	return resource.Steps{
		Create: []string{"ln -s " + shell.Quote(l.Owner) + " " + shell.Quote(l.path())},
		Remove: []string{"rm -f " + shell.Quote(l.path())},
	}
}

// Leases lists what is leased in a directory, in the order of the addresses'
// text. A directory that does not exist holds none. An entry that mydocker did
// not make has no owner.
func Leases(directory string) ([]*Lease, error) {
	entries, err := os.ReadDir(directory)
	if ignoreAbsent(err) != nil {
		return nil, fmt.Errorf("listing leases: %w", err)
	}
	var leases []*Lease
	for _, entry := range entries {
		address, err := netip.ParseAddr(entry.Name())
		if err != nil {
			continue // the pool's own note
		}
		lease := &Lease{Directory: directory, Address: address}
		lease.Owner, err = readOwner(lease.path())
		if errors.Is(err, fs.ErrNotExist) {
			continue // given back in this moment
		}
		if err != nil {
			return nil, fmt.Errorf("listing leases: %w", err)
		}
		leases = append(leases, lease)
	}
	return leases, nil
}

// readOwner gives the container that has a lease, and nothing for an entry
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

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
