package fs2

import (
	"math"
	"strconv"

	"mydocker/cgroups"
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

// memorySettings: version 2 limits swap by itself, where the runtime-spec has
// memory and swap in one figure. A reservation is memory.low, as in runc.
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
	bytes("memory.max", limit, limited)
	if limited {
		total, swapLimited := cgroups.MemoryAndSwap(m.limits, m.accountsSwap())
		bytes("memory.swap.max", total-limit, swapLimited)
	}
	reservation, limited := cgroups.Bounded(memory.Reservation)
	bytes("memory.low", reservation, limited)
	return settings
}

func (m *Manager) cpuSettings() []cgroups.Setting {
	cpu := cgroups.CPULimits(m.limits)
	var settings []cgroups.Setting
	quota, limited := cgroups.Bounded(cpu.Quota)
	if limited || cpu.Period != nil && *cpu.Period > 0 {
		settings = append(settings, cgroups.Setting{File: "cpu.max", Value: bandwidth(quota, cpu.Period)})
	}
	if cpu.Shares != nil && *cpu.Shares > 0 {
		settings = append(settings, cgroups.Setting{
			File: "cpu.weight", Value: strconv.FormatUint(weight(*cpu.Shares), 10),
		})
	}
	return settings
}

// bandwidth writes "quota period", both in microseconds.
func bandwidth(quota int64, period *uint64) string {
	text := "max"
	if quota > 0 {
		text = strconv.FormatInt(quota, 10)
	}
	if period == nil || *period == 0 {
		return text + " " + strconv.Itoa(cgroups.DefaultPeriod)
	}
	return text + " " + strconv.FormatUint(*period, 10)
}

// weight converts version 1 shares, 2 to 262144 with 1024 in the middle, to a
// version 2 weight, 1 to 10000 with 100 in the middle. The quadratic through
// those three points, on logarithmic scales, is what runc 1.3.2 and crun 1.23
// brought in; the straight line before it made 39 of 1024.
func weight(shares uint64) uint64 {
	switch {
	case shares <= 2:
		return 1
	case shares >= 262144:
		return 10000
	}
	log := math.Log2(float64(shares))
	return uint64(math.Ceil(math.Pow(10, (log*log+125*log)/612-7.0/34)))
}

func (m *Manager) cpusetSettings() []cgroups.Setting {
	cpu := cgroups.CPULimits(m.limits)
	var settings []cgroups.Setting
	if cpu.Cpus != "" {
		settings = append(settings, cgroups.Setting{File: "cpuset.cpus", Value: cpu.Cpus, Format: cgroups.IDs})
	}
	if cpu.Mems != "" {
		settings = append(settings, cgroups.Setting{File: "cpuset.mems", Value: cpu.Mems, Format: cgroups.IDs})
	}
	return settings
}
