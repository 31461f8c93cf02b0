package fs

import (
	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
)

// unlimitedFrom is where memory limits mean none: the kernel writes the largest
// number of whole pages below 2^63, whatever the page size is.
const unlimitedFrom = 1<<63 - 1<<20

// AddStats implements cgroups.Manager.
func (m *Manager) AddStats(stats *cgroups.Stats) error {
	if m.hierarchy.Has(cgroups.Memory) {
		if err := m.addMemory(&stats.Memory); err != nil {
			return err
		}
	}
	if m.hierarchy.Has(cgroups.CPUAccount) {
		if err := m.read("cpuacct.usage", &stats.CPU.UsageNanoseconds); err != nil {
			return err
		}
	}
	if m.hierarchy.Has(cgroups.Pids) {
		if err := m.read("pids.current", &stats.Pids.Current); err != nil {
			return err
		}
		return m.read("pids.max", &stats.Pids.Limit)
	}
	return nil
}

func (m *Manager) addMemory(memory *cgroups.MemoryStats) error {
	if err := m.read("memory.usage_in_bytes", &memory.Usage); err != nil {
		return err
	}
	if err := m.read("memory.max_usage_in_bytes", &memory.Peak); err != nil {
		return err
	}
	if err := m.read("memory.limit_in_bytes", &memory.Limit); err != nil {
		return err
	}
	if memory.Limit >= unlimitedFrom {
		memory.Limit = 0
	}
	var err error
	memory.OOMKills, err = m.OOMKills()
	return err
}

func (m *Manager) read(file string, figure *uint64) error {
	number, err := cgroupfs.ReadNumber(m.Location(), file)
	*figure = number
	return err
}

// OOMKills implements cgroups.Manager. Kernels before 4.13 do not count.
func (m *Manager) OOMKills() (uint64, error) {
	if !m.hierarchy.Has(cgroups.Memory) {
		return 0, nil
	}
	return cgroupfs.ReadField(m.Location(), "memory.oom_control", "oom_kill")
}
