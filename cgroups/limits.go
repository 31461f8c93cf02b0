package cgroups

import (
	"math"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// MemoryLimits gives the memory part of limits, empty where there is none.
func MemoryLimits(limits *specs.LinuxResources) specs.LinuxMemory {
	if limits == nil || limits.Memory == nil {
		return specs.LinuxMemory{}
	}
	return *limits.Memory
}

// CPULimits gives the CPU part of limits, empty where there is none.
func CPULimits(limits *specs.LinuxResources) specs.LinuxCPU {
	if limits == nil || limits.CPU == nil {
		return specs.LinuxCPU{}
	}
	return *limits.CPU
}

// DefaultPeriod is the time, in microseconds, in which a CPU quota is used up
// and given anew, where the limits name no other. It is the kernel's own.
const DefaultPeriod = 100_000

// PidsLimit gives the limit on tasks. 0 is a limit; -1, the runtime-spec's
// word for unlimited, is none.
func PidsLimit(limits *specs.LinuxResources) (limit int64, limited bool) {
	if limits == nil || limits.Pids == nil || limits.Pids.Limit == nil || *limits.Pids.Limit < 0 {
		return 0, false
	}
	return *limits.Pids.Limit, true
}

// Bounded gives the value of a limit in bytes or microseconds. Not given, 0
// and -1 are no limit, as in runc; nor is what the kernel cannot tell from
// "no limit", which is what its 64-bit page counter cannot hold.
func Bounded(limit *int64) (value int64, limited bool) {
	if limit == nil || *limit <= 0 || *limit >= math.MaxInt64-int64(os.Getpagesize()) {
		return 0, false
	}
	return *limit, true
}

// MemoryAndSwap gives the limit of memory and swap together, in bytes: the one
// given or, as docker has it, twice the memory limit. accounted says whether
// the host counts swap; where it does not, there is no such limit.
func MemoryAndSwap(limits *specs.LinuxResources, accounted bool) (total int64, limited bool) {
	memory := MemoryLimits(limits)
	if !accounted {
		return 0, false
	}
	if memory.Swap != nil && *memory.Swap != 0 {
		return Bounded(memory.Swap)
	}
	limit, limited := Bounded(memory.Limit)
	if !limited || limit > math.MaxInt64/2 {
		return 0, false
	}
	return 2 * limit, true
}

// LimitedControllers are those without which the limits cannot be held.
func LimitedControllers(limits *specs.LinuxResources) []string {
	var limited []string
	memory, cpu := MemoryLimits(limits), CPULimits(limits)
	if bounded(memory.Limit) || bounded(memory.Swap) || bounded(memory.Reservation) {
		limited = append(limited, Memory)
	}
	if bounded(cpu.Quota) || positive(cpu.Period) || positive(cpu.Shares) {
		limited = append(limited, CPU)
	}
	if cpu.Cpus != "" || cpu.Mems != "" {
		limited = append(limited, CPUSet)
	}
	if _, ok := PidsLimit(limits); ok {
		limited = append(limited, Pids)
	}
	if hasDeviceRules(limits) {
		limited = append(limited, Devices)
	}
	return limited
}

func bounded(limit *int64) bool {
	_, limited := Bounded(limit)
	return limited
}

func positive(limit *uint64) bool { return limit != nil && *limit > 0 }
