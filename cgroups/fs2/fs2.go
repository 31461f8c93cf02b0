// Package fs2 drives version 2 cgroups: one hierarchy, in which a parent says
// which controllers its children have. The kernel describes it in
// Documentation/admin-guide/cgroup-v2.rst.
package fs2

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/resource"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Manager is a cgroup in the version 2 hierarchy.
type Manager struct {
	cgroupfs.Directory
	hierarchy cgroups.Hierarchy
	limits    *specs.LinuxResources
}

var _ cgroups.Manager = (*Manager)(nil)

// New gives the Manager of the cgroup at path below the hierarchy's mount point.
// Whose it is can be said by its Mark.
func New(hierarchy cgroups.Hierarchy, path string, limits *specs.LinuxResources) *Manager {
	return &Manager{
		Directory: cgroupfs.Directory{Base: hierarchy.Mount, Path: path},
		hierarchy: hierarchy,
		limits:    limits,
	}
}

// Create implements cgroups.Manager.
func (m *Manager) Create() error {
	if err := m.Make(); err != nil {
		return err
	}
	if err := m.enableControllers(); err != nil {
		return err
	}
	if err := m.Apply(m.settings()); err != nil {
		return err
	}
	return m.ruleDevices()
}

// Remove implements cgroups.Manager.
func (m *Manager) Remove() error { return m.Directory.Remove(m.Kill) }

// Check implements cgroups.Manager.
func (m *Manager) Check() (resource.Status, error) {
	status, err := m.Directory.Check(m.settings())
	if err != nil || status.State != resource.Present {
		return status, err
	}
	return m.checkDevices()
}

// Explain implements cgroups.Manager.
func (m *Manager) Explain() resource.Steps {
	create := append(m.MakeSteps(), m.enableSteps()...)
	return resource.Steps{
		Create: slices.Concat(create, m.ApplySteps(m.settings()), m.deviceSteps()),
		Remove: m.RemoveSteps(),
	}
}

// Join implements cgroups.Manager.
func (m *Manager) Join(pid int) error {
	return cgroupfs.Write(m.Location(), "cgroup.procs", strconv.Itoa(pid))
}

// Tasks implements cgroups.Manager.
func (m *Manager) Tasks() string { return "" }

// OpenDirectory opens the cgroup for clone3(2) with CLONE_INTO_CGROUP.
func (m *Manager) OpenDirectory() (*os.File, error) { return os.Open(m.Location()) }

// OpenDirectoryOf is OpenDirectory for the cgroup, this one or one below it, that a
// process is in.
func (m *Manager) OpenDirectoryOf(pid int) (*os.File, error) {
	membership, err := cgroups.MembershipOf(pid)
	if err != nil {
		return nil, err
	}
	directory := m.hierarchy.Directory(membership[""])
	if directory != m.Location() && !strings.HasPrefix(directory, m.Location()+"/") {
		return nil, fmt.Errorf("following pid %d in cgroup %q: somebody has moved it to %q; move it back", pid, m.Location(), directory)
	}
	return os.Open(directory)
}

// Verify implements cgroups.Manager.
func (m *Manager) Verify() error {
	return errors.Join(
		m.verifyEnabling(),
		cgroups.VerifySwap(m.limits, m.accountsSwap),
		cgroups.VerifyCPUSet(m.limits, m.available),
	)
}
