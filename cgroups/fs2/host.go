package fs2

import (
	"os"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
)

// accountsSwap tells whether the kernel counts swap. It shows in any cgroup that
// has the memory controller, but never in the root: so our own is asked, if it
// is there, then those that the host has. On a host that has none yet, what
// tells is whether the kernel knows swap at all.
func (m *Manager) accountsSwap() bool {
	if m.Path != "" && hasMemory(m.Location()) {
		return countsSwap(m.Location())
	}
	entries, err := os.ReadDir(m.Base)
	if err != nil {
		return false
	}
	for _, entry := range entries {
		directory := m.Base + "/" + entry.Name()
		if entry.IsDir() && hasMemory(directory) {
			return countsSwap(directory)
		}
	}
	return cgroupfs.Exists("/proc", "swaps")
}

func hasMemory(directory string) bool  { return cgroupfs.Exists(directory, "memory.current") }
func countsSwap(directory string) bool { return cgroupfs.Exists(directory, "memory.swap.max") }

// available gives the CPUs and memory nodes that a cgroup below the mount point
// may use: those online, or fewer inside a container. The kernel would accept
// others, and bind to none of them.
func (m *Manager) available() (cpus, mems string, err error) {
	if !m.hierarchy.Has(cgroups.CPUSet) {
		return "", "", nil
	}
	cpus, err = cgroupfs.Read(m.Base, "cpuset.cpus.effective")
	if err != nil {
		return "", "", err
	}
	mems, err = cgroupfs.Read(m.Base, "cpuset.mems.effective")
	return cpus, mems, err
}
