package manager

import (
	"errors"
	"fmt"

	"mydocker/cgroups"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// verifySupported refuses limits of the runtime-spec that mydocker does not
// know, so that none is passed over in silence.
func verifySupported(limits *specs.LinuxResources) error {
	memory, cpu := cgroups.MemoryLimits(limits), cgroups.CPULimits(limits)
	var errs []error
	refuse := func(name string, given bool) {
		if given {
			errs = append(errs, fmt.Errorf("limit %q: mydocker does not support it; leave it out of linux.resources", name))
		}
	}
	refuse("memory.kernel", given(memory.Kernel))
	refuse("memory.kernelTCP", given(memory.KernelTCP))
	refuse("memory.swappiness", memory.Swappiness != nil)
	refuse("memory.disableOOMKiller", memory.DisableOOMKiller != nil && *memory.DisableOOMKiller)
	refuse("cpu.burst", given(cpu.Burst))
	refuse("cpu.realtimeRuntime", given(cpu.RealtimeRuntime))
	refuse("cpu.realtimePeriod", given(cpu.RealtimePeriod))
	refuse("cpu.idle", given(cpu.Idle))
	refuse("blockIO", limits.BlockIO != nil)
	refuse("hugepageLimits", len(limits.HugepageLimits) > 0)
	refuse("network", limits.Network != nil)
	refuse("rdma", len(limits.Rdma) > 0)
	refuse("unified", len(limits.Unified) > 0)
	return errors.Join(errs...)
}

// given tells whether a number is there and is not 0, which asks for nothing.
func given[T int64 | uint64](number *T) bool { return number != nil && *number != 0 }
