package fs

import (
	"strconv"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
)

// settings lists the files to write, for limits that are given and controllers
// that live in this hierarchy.
func (m *Manager) settings() []cgroups.Setting {
	var settings []cgroups.Setting
	if m.hierarchy.Has(cgroups.Memory) {
		settings = append(settings, m.memorySettings()...)
	}
	if m.hierarchy.Has(cgroups.CPU) {
		settings = append(settings, m.cpuSettings()...)
	}
	if m.hierarchy.Has(cgroups.CPUSet) {
		settings = append(settings, m.cpusetSettings()...)
	}
	if limit, limited := cgroups.PidsLimit(m.limits); limited && m.hierarchy.Has(cgroups.Pids) {
		settings = append(settings, cgroups.Setting{File: "pids.max", Value: strconv.FormatInt(limit, 10)})
	}
	return settings
}

func (m *Manager) memorySettings() []cgroups.Setting {
	memory := cgroups.MemoryLimits(m.limits)
	var settings []cgroups.Setting
	bytes := func(file string, value int64, limited bool) {
		if limited {
			settings = append(settings, cgroups.Setting{
				File: file, Value: strconv.FormatInt(value, 10), Format: cgroups.Bytes,
			})
		}
	}
	limit, limited := cgroups.Bounded(memory.Limit)
	bytes("memory.limit_in_bytes", limit, limited)
	if limited {
		total, swapLimited := cgroups.MemoryAndSwap(m.limits, m.accountsSwap())
		bytes("memory.memsw.limit_in_bytes", total, swapLimited)
	}
	reservation, limited := cgroups.Bounded(memory.Reservation)
	bytes("memory.soft_limit_in_bytes", reservation, limited)
	return settings
}

// accountsSwap tells whether the kernel counts swap. Where it does, the root
// has the file, too.
func (m *Manager) accountsSwap() bool {
	return cgroupfs.Exists(m.Base, "memory.memsw.limit_in_bytes")
}

func (m *Manager) cpuSettings() []cgroups.Setting {
	cpu := cgroups.CPULimits(m.limits)
	var settings []cgroups.Setting
	if cpu.Period != nil && *cpu.Period > 0 {
		settings = append(settings, cgroups.Setting{
			File: "cpu.cfs_period_us", Value: strconv.FormatUint(*cpu.Period, 10),
		})
	}
	if quota, limited := cgroups.Bounded(cpu.Quota); limited {
		settings = append(settings, cgroups.Setting{
			File: "cpu.cfs_quota_us", Value: strconv.FormatInt(quota, 10),
		})
	}
	if cpu.Shares != nil && *cpu.Shares > 0 {
		settings = append(settings, cgroups.Setting{
			File: "cpu.shares", Value: strconv.FormatUint(*cpu.Shares, 10),
		})
	}
	return settings
}

func (m *Manager) cpusetSettings() []cgroups.Setting {
	cpu := cgroups.CPULimits(m.limits)
	var settings []cgroups.Setting
	if cpu.Cpus != "" {
		settings = append(settings, cgroups.Setting{File: cpusFile, Value: cpu.Cpus, Format: cgroups.IDs})
	}
	if cpu.Mems != "" {
		settings = append(settings, cgroups.Setting{File: memsFile, Value: cpu.Mems, Format: cgroups.IDs})
	}
	return settings
}
