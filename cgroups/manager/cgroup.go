// Package manager is where the engine meets cgroups: a container's cgroup as one
// resource, whether the host has version 1, version 2 or both.
package manager

import (
	"errors"
	"fmt"

	"mydocker/cgroups"
	"mydocker/internal/instance"
	"mydocker/resource"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Kind is how state files name the resource.
const Kind = "cgroup"

// Cgroup is one cgroup in every hierarchy that mydocker uses. Path is relative
// to the mount points, such as "mydocker/1891821312".
type Cgroup struct {
	Path     string
	Limits   *specs.LinuxResources
	Instance instance.Mark // whose it is

	// Members are the pids of processes that belong inside, as far as they
	// are known. Check looks for them and Create moves them there. They are
	// not recorded.
	Members []int

	// Known is the entrance, as far as somebody has written it down. It is not
	// recorded here.
	Known Entrance

	// Everywhere says that the limits are not known, so that every hierarchy
	// is looked at in which a container may be.
	Everywhere bool
}

// Parent is the cgroup that holds those of all containers.
const Parent = "mydocker"

// PathOf names the cgroup of a container by its ID.
func PathOf(container string) string { return Parent + "/" + container }

var _ resource.Resource = (*Cgroup)(nil)

// Kind implements resource.Resource.
func (c *Cgroup) Kind() string { return Kind }

// String implements resource.Resource.
func (c *Cgroup) String() string { return fmt.Sprintf("cgroup %q", c.Path) }

// Create implements resource.Resource.
func (c *Cgroup) Create() error {
	if err := each(c.holders, cgroups.Manager.Create); err != nil {
		return err
	}
	for _, pid := range c.Members {
		if err := c.Join(pid); err != nil && !errors.Is(err, unix.ESRCH) { // it has ended
			return err
		}
	}
	return nil
}

// Remove implements resource.Resource. Processes that are still inside are
// killed. It carries on past a hierarchy that fails.
func (c *Cgroup) Remove() error {
	return c.all(cgroups.Manager.Remove)
}

// RemoveEmpty removes a cgroup in which nobody is; where somebody is, it stays,
// and that is an error.
func (c *Cgroup) RemoveEmpty() error {
	return c.all(func(m cgroups.Manager) error {
		err := unix.Rmdir(m.Location())
		if err == nil || err == unix.ENOENT {
			return nil
		}
		return fmt.Errorf("removing directory %q: %w", m.Location(), err)
	})
}

// Kill sends SIGKILL to every process inside until none is left, for 5 seconds
// at most. The caller itself is spared, when one of its threads is inside.
func (c *Cgroup) Kill() error {
	return c.all(cgroups.Manager.Kill)
}

// Join moves a process with all its threads into the cgroup, in every
// hierarchy. On version 1 this takes 5 to 20 ms when nobody did it just before; a
// process that moves itself by OpenTasks takes a fraction of one.
func (c *Cgroup) Join(pid int) error {
	err := each(c.holders, func(m cgroups.Manager) error { return m.Join(pid) })
	if err != nil {
		return fmt.Errorf("moving pid %d into cgroup %q: %w", pid, c.Path, err)
	}
	return nil
}

// Stats reads what the cgroup counts. A cgroup that is not there is
// fs.ErrNotExist.
func (c *Cgroup) Stats() (cgroups.Stats, error) {
	var stats cgroups.Stats
	err := c.each(func(m cgroups.Manager) error { return m.AddStats(&stats) })
	return stats, err
}

// OOMKills is how many of the cgroup's processes the kernel has killed for want
// of memory. A cgroup that is not there is fs.ErrNotExist.
func (c *Cgroup) OOMKills() (uint64, error) {
	var total uint64
	err := c.each(func(m cgroups.Manager) error {
		kills, err := m.OOMKills()
		total += kills
		return err
	})
	return total, err
}
