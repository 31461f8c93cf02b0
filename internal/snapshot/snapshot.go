// Package snapshot reads what a host holds, links, addresses, routes, packet
// filter rules, mounts, cgroups, namespaces, files and processes, so that a
// test can compare before with after and show that nothing leaked.
package snapshot

import (
	"fmt"
	"slices"
)

// Scope says what a snapshot looks at. Links, addresses, routes, rules and
// mounts are always those of the calling thread's own namespaces; the rest is
// narrowed down, so that tests that run at the same time do not see each
// other.
type Scope struct {
	// Roots are the state directories. Their files are read, and a process
	// that names one of them, or has mounts from it, belongs to the scope.
	Roots []string

	// Except are paths below Roots, or patterns of them (filepath.Match), whose
	// files are passed over, such as an image store that keeps what it has
	// unpacked.
	Except []string

	// IDs gives the containers that ever were in this scope; cgroups of these
	// names belong to it. When nil, every cgroup at or below a directory whose
	// name starts with "mydocker" does.
	IDs func() []string

	// Ancestor is a pid whose descendants belong to the scope, itself not
	// among them; 0 means none.
	Ancestor int
}

// Section is a part of the host.
type Section string

const (
	Links      Section = "link"
	Addresses  Section = "address"
	Routes     Section = "route"
	Rules      Section = "rule"
	Mounts     Section = "mount"
	Cgroups    Section = "cgroup"
	Files      Section = "file"
	Processes  Section = "process"
	Namespaces Section = "namespace"
)

// Snapshot holds one line of text for each object, sorted. An object that is
// there twice has two lines.
type Snapshot map[Section][]string

// Take reads the host as the calling thread sees it.
func Take(scope Scope) (Snapshot, error) {
	s := Snapshot{}
	for _, part := range []struct {
		section Section
		read    func(Scope) ([]string, error)
	}{
		{Links, readLinks},
		{Addresses, readAddresses},
		{Routes, readRoutes},
		{Rules, readRules},
		{Mounts, readMounts},
		{Cgroups, readCgroups},
		{Files, readFiles},
	} {
		lines, err := part.read(scope)
		if err != nil {
			return nil, fmt.Errorf("taking snapshot of each %s: %w", part.section, err)
		}
		s[part.section] = lines
	}
	members, err := scope.Members()
	if err != nil {
		return nil, fmt.Errorf("taking snapshot of each process: %w", err)
	}
	s[Processes], s[Namespaces] = describe(members), namespaces(members)
	for _, lines := range s {
		slices.Sort(lines)
	}
	return s, nil
}
