package ipam

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"

	"mydocker/internal/members"
	"mydocker/internal/shell"
	"mydocker/network"
	"mydocker/resource"
)

// Pool is the addresses of one network. As a resource it is the directory that
// holds their leases. Whoever takes an address holds the network's lock from
// Next or Request until the lease is made.
type Pool struct {
	Directory string
	Subnet    netip.Prefix
	Gateway   netip.Addr
}

// Members implements members.Object.
func (p *Pool) Members(list *members.List) {
	list.Always("directory", &p.Directory)
	list.Always("subnet", &p.Subnet)
	list.Always("gateway", &p.Gateway)
}

// PoolKind is the kind of a Pool in state files.
const PoolKind = "pool"

// lastFile remembers the address that was handed out last.
const lastFile = "last"

func (p *Pool) Kind() string   { return PoolKind }
func (p *Pool) String() string { return fmt.Sprintf("lease directory %q", p.Directory) }

// Next gives the first free address after the one that was handed out last,
// round and round, so that an address rests for as long as possible before it
// goes to another container. It takes one look-up for each leased address that
// it has to step over.
func (p *Pool) Next() (netip.Addr, error) {
	next, err := p.Peek()
	if err != nil {
		return next, err
	}
	return next, p.remember(next)
}

// Peek gives the address that Next would give, and changes nothing.
func (p *Pool) Peek() (netip.Addr, error) {
	first, last := network.Hosts(p.Subnet)
	candidate := p.lastHandedOut()
	for range p.hosts() {
		candidate = candidate.Next()
		if candidate.Less(first) || last.Less(candidate) {
			candidate = first
		}
		if candidate == p.Gateway {
			continue
		}
		free, err := p.isFree(candidate)
		if err != nil {
			return netip.Addr{}, fmt.Errorf("allocating an address of %s: %w", p.Subnet, err)
		}
		if free {
			return candidate, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("allocating an address of %s: all %d are leased; remove a container of this network, or create one with a larger --subnet",
		p.Subnet, p.hosts()-1)
}

// Request checks that a container may have an address that its user chose.
func (p *Pool) Request(address netip.Addr) error {
	first, last := network.Hosts(p.Subnet)
	switch {
	case address.Less(first) || last.Less(address):
		return fmt.Errorf("requesting address %s: it is no host's address in %s; choose one from %s to %s", address, p.Subnet, first, last)
	case address == p.Gateway:
		return fmt.Errorf("requesting address %s: it is the network's gateway; choose another", address)
	}
	lease := &Lease{Directory: p.Directory, Address: address}
	owner, err := readOwner(lease.path())
	if err != nil {
		return ignoreAbsent(err)
	}
	return fmt.Errorf("requesting address %s: %s has it; choose another", address, describe(owner))
}

// hosts is how many addresses there are between the network's and the
// broadcast address, the gateway among them.
func (p *Pool) hosts() int { return 1<<(32-p.Subnet.Bits()) - 2 }

func (p *Pool) isFree(address netip.Addr) (bool, error) {
	_, err := os.Lstat(filepath.Join(p.Directory, address.String()))
	return err != nil, ignoreAbsent(err)
}

// lastHandedOut gives the address before the first host when nothing is
// remembered, or nothing that makes sense.
func (p *Pool) lastHandedOut() netip.Addr {
	content, _ := os.ReadFile(filepath.Join(p.Directory, lastFile))
	address, err := netip.ParseAddr(strings.TrimSpace(string(content)))
	if err != nil || !p.Subnet.Contains(address) {
		return p.Subnet.Masked().Addr()
	}
	return address
}

// remember writes without care for crashes: a note that got lost makes the
// next round start at the first address, no more.
func (p *Pool) remember(address netip.Addr) error {
	return os.WriteFile(filepath.Join(p.Directory, lastFile), []byte(address.String()+"\n"), 0o600)
}

// Create makes the directory. It holds nothing secret, but its owner alone may
// change it.
func (p *Pool) Create() error { return os.MkdirAll(p.Directory, 0o700) }

// Remove gives all addresses back and removes the directory. What mydocker did
// not put there stays and is an error.
func (p *Pool) Remove() error {
	leases, err := Leases(p.Directory)
	if err != nil {
		return err
	}
	var errs []error
	for _, lease := range leases {
		if lease.Owner != "" {
			errs = append(errs, lease.Remove())
		}
	}
	errs = append(errs,
		ignoreAbsent(os.Remove(filepath.Join(p.Directory, lastFile))),
		ignoreAbsent(os.Remove(p.Directory)))
	return errors.Join(errs...)
}

func (p *Pool) Check() (resource.Status, error) {
	info, err := os.Stat(p.Directory)
	switch {
	case ignoreAbsent(err) != nil:
		return resource.Status{}, err
	case err != nil:
		return resource.Status{State: resource.Absent}, nil
	case !info.IsDir():
		return resource.Status{State: resource.Altered, Detail: fmt.Sprintf("%q is not a directory", p.Directory)}, nil
	}
	return resource.Status{State: resource.Present}, nil
}

func (p *Pool) Explain() resource.Steps {
	return resource.Steps{
		Create: []string{"mkdir -p -m 700 " + shell.Quote(p.Directory)},
		Remove: []string{"rm -rf " + shell.Quote(p.Directory)},
	}
}
