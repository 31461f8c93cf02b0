// Package fs drives version 1 cgroups, where each controller, or a few that are
// mounted together, has a hierarchy of its own. The kernel describes them in
// Documentation/admin-guide/cgroup-v1.
package fs

import (
	"errors"
	"slices"
	"strconv"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
	"mydocker/resource"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Manager is a cgroup in one hierarchy.
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
	if m.hierarchy.Has(cgroups.CPUSet) {
		if err := m.inheritCPUSet(); err != nil {
			return err
		}
	}
	if err := m.Apply(m.settings()); err != nil {
		return err
	}
	return m.ruleDevices()
}

// Remove implements cgroups.Manager.
func (m *Manager) Remove() error { return m.Directory.Remove(m.Directory.Kill) }

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
	create := m.MakeSteps()
	if m.hierarchy.Has(cgroups.CPUSet) {
		create = append(create, m.inheritSteps()...)
	}
	return resource.Steps{
		Create: slices.Concat(create, m.ApplySteps(m.settings()), m.deviceSteps()),
		Remove: m.RemoveSteps(),
	}
}

// Join implements cgroups.Manager. The first of several calls in a row waits
// for the kernel to stop forks on all CPUs, 5 to 20 ms. A process of one thread
// that moves itself, by its list of tasks, does not.
func (m *Manager) Join(pid int) error {
	return cgroupfs.Write(m.Location(), "cgroup.procs", strconv.Itoa(pid))
}

// Tasks implements cgroups.Manager.
func (m *Manager) Tasks() string { return m.Location() + "/tasks" }

// Verify implements cgroups.Manager.
func (m *Manager) Verify() error {
	var errs []error
	if m.hierarchy.Has(cgroups.Memory) {
		errs = append(errs, cgroups.VerifySwap(m.limits, m.accountsSwap))
	}
	if m.hierarchy.Has(cgroups.CPUSet) {
		errs = append(errs, cgroups.VerifyCPUSet(m.limits, m.available))
	}
	return errors.Join(errs...)
}
