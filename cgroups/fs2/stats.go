package fs2

import (
	"errors"
	"io/fs"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
)

// AddStats implements cgroups.Manager. The CPU time is counted without any
// controller.
func (m *Manager) AddStats(stats *cgroups.Stats) error {
	if m.hierarchy.Has(cgroups.Memory) {
		if err := m.addMemory(&stats.Memory); err != nil {
			return err
		}
	}
	microseconds, err := cgroupfs.ReadField(m.Location(), "cpu.stat", "usage_usec")
	if err != nil {
		return err
	}
	stats.CPU.UsageNanoseconds = 1000 * microseconds
	if m.hierarchy.Has(cgroups.Pids) {
		if err := m.read("pids.current", &stats.Pids.Current); err != nil {
			return err
		}
		return m.read("pids.max", &stats.Pids.Limit)
	}
	return nil
}

func (m *Manager) addMemory(memory *cgroups.MemoryStats) error {
	if err := m.read("memory.current", &memory.Usage); err != nil {
		return err
	}
	if err := m.read("memory.max", &memory.Limit); err != nil {
		return err
	}
	if err := m.read("memory.peak", &memory.Peak); err != nil {
		return err
	}
	var err error
	memory.OOMKills, err = m.OOMKills()
	return err
}

// read fills in a figure. A file that is missing while the cgroup is there is
// one that this kernel or this cgroup does not have.
func (m *Manager) read(file string, figure *uint64) error {
	number, err := cgroupfs.ReadNumber(m.Location(), file)
	*figure = number
	return m.ignoreMissing(err)
}

func (m *Manager) ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) && cgroupfs.Exists(m.Location(), ".") {
		return nil
	}
	return err
}

// OOMKills implements cgroups.Manager.
func (m *Manager) OOMKills() (uint64, error) {
	if !m.hierarchy.Has(cgroups.Memory) {
		return 0, nil
	}
	kills, err := cgroupfs.ReadField(m.Location(), "memory.events", "oom_kill")
	return kills, m.ignoreMissing(err)
}
