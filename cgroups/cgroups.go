// Package cgroups holds the words for what the kernel calls control groups:
// what a cgroup can be asked to do, what it reports, and where the kernel's
// hierarchies are mounted. Version 1 is driven by the package fs, version 2 by
// fs2; the package manager finds out which of them a host needs, and both on a
// hybrid one.
//
// Limits are the runtime-spec's LinuxResources. The kernel's side is described
// in Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst.
package cgroups

import (
	"mydocker/resource"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// Manager drives one cgroup in one hierarchy: a directory with its limits.
// Where a host has several hierarchies, a container has a Manager in each.
type Manager interface {
	// Location is the absolute path of the cgroup's directory.
	Location() string

	// Verify says what keeps this hierarchy from holding the limits. It
	// changes nothing and does not need the cgroup to exist.
	Verify() error

	// Create makes the directory and writes the limits. A directory that is
	// there already is ours. After an error the directory may be there.
	Create() error

	// Remove kills what is still inside and removes the directory, cgroups
	// below it, and the parents that have become empty. It waits for the
	// kernel for a few seconds at most.
	Remove() error

	// Check compares the directory and its files with the limits.
	Check() (resource.Status, error)

	// Explain gives the shell lines for Create and for Remove. Those for
	// Remove need the cgroup to be empty; KillSteps make it so.
	Explain() resource.Steps

	// JoinSteps gives the shell lines for Join; pid may be "$PID".
	JoinSteps(pid string) []string

	// KillSteps gives the shell lines for Kill.
	KillSteps() []string

	// Join moves a process, with all its threads, into the cgroup.
	Join(pid int) error

	// Tasks is the path of the list by which a process of one thread can move
	// itself into the cgroup, by writing "0". Version 2 has none that takes
	// the kernel's short way: there it is "".
	Tasks() string

	// AddStats fills in the figures that this hierarchy knows.
	AddStats(stats *Stats) error

	// OOMKills is how many processes the kernel has killed for want of
	// memory; 0 in a hierarchy without the memory controller.
	OOMKills() (uint64, error)

	// Processes lists the pids in the cgroup and in those below it, as the
	// caller's pid namespace numbers them.
	Processes() ([]int, error)

	// Kill sends SIGKILL to every process in the cgroup and in those below
	// it, again until none is left but the caller's own. An absent cgroup is
	// success. It gives up with an error after a few seconds.
	Kill() error
}

// The controllers that mydocker uses, as the kernel names them.
const (
	Memory     = "memory"
	CPU        = "cpu"
	CPUAccount = "cpuacct" // version 1 alone: version 2 accounts in cpu.stat
	CPUSet     = "cpuset"
	Pids       = "pids"
	Devices    = "devices" // version 2 has a BPF program in its place
)

// UsedControllers are those that a cgroup with these limits lives in. All but
// cpuset and devices are used without a limit too: they count, and what they
// count is wanted for statistics and for killing. These two only bind.
func UsedControllers(limits *specs.LinuxResources) []string {
	used := []string{Pids, Memory, CPU, CPUAccount}
	if cpu := CPULimits(limits); cpu.Cpus != "" || cpu.Mems != "" {
		used = append(used, CPUSet)
	}
	if hasDeviceRules(limits) {
		used = append(used, Devices)
	}
	return used
}
