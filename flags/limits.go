// Package flags reads the values of docker's command line flags into the
// words of the OCI runtime-spec. Its functions look at nothing but their
// arguments, and at the caller's environment where docker does.
package flags

import (
	"fmt"
	"math"
	"strconv"

	units "github.com/docker/go-units"
	specs "github.com/opencontainers/runtime-spec/specs-go"
	"github.com/pkg/errors"
)

// cpuPeriod is the CFS period in µs in which quotas are given, the kernel's
// own default (Documentation/scheduler/sched-bwc.rst).
const cpuPeriod = 100_000

// Limits are the values of the resource flags as they were typed; an empty
// string sets no limit.
type Limits struct {
	Memory     string // bytes, with a unit suffix: 100m
	MemorySwap string // bytes of memory and swap together, -1 for no limit
	CPUs       string // CPUs: 1.5
	CPUPercent string // percent of one CPU: 20
	CPUSet     string // CPU list: 0-1,3
	CPUShares  string // relative weight, 2 to 262144
	PIDs       string // processes and threads, 0 or -1 for no limit
}

// Resources reads the limits into runtime-spec resources.
func (l Limits) Resources() (*specs.LinuxResources, error) {
	resources := &specs.LinuxResources{}
	for _, read := range []func(*specs.LinuxResources) error{l.memory, l.cpu, l.pids} {
		if err := read(resources); err != nil {
			return nil, err
		}
	}
	return resources, nil
}

func (l Limits) memory(resources *specs.LinuxResources) error {
	if l.Memory == "" {
		if l.MemorySwap != "" {
			return errors.New(`reading --memory-swap: it needs a memory limit too; add one with -m`)
		}
		return nil
	}
	limit, err := memorySize("memory limit", l.Memory)
	if err != nil {
		return err
	}
	resources.Memory = &specs.LinuxMemory{Limit: &limit}
	return l.swap(resources.Memory)
}

func (l Limits) swap(memory *specs.LinuxMemory) error {
	if l.MemorySwap == "" {
		return nil
	}
	swap := int64(-1)
	if l.MemorySwap != "-1" {
		var err error
		if swap, err = memorySize("memory-swap limit", l.MemorySwap); err != nil {
			return err
		}
		if swap < *memory.Limit {
			return fmt.Errorf("parsing memory-swap limit %q: it counts memory and swap together, so it must be at least the memory limit", l.MemorySwap)
		}
	}
	memory.Swap = &swap
	return nil
}

func memorySize(what, text string) (int64, error) {
	size, err := units.RAMInBytes(text)
	if err != nil || size <= 0 {
		return 0, fmt.Errorf("parsing %s %q: must be a positive number with an optional unit b, k, m or g, such as 100m", what, text)
	}
	return size, nil
}

func (l Limits) cpu(resources *specs.LinuxResources) error {
	if l.CPUs == "" && l.CPUPercent == "" && l.CPUSet == "" && l.CPUShares == "" {
		return nil
	}
	resources.CPU = &specs.LinuxCPU{Cpus: l.CPUSet}
	if err := l.weight(resources.CPU); err != nil {
		return err
	}
	cpus, err := l.cpus()
	if err != nil || cpus == 0 {
		return err
	}
	quota, period := int64(math.Round(cpus*cpuPeriod)), uint64(cpuPeriod)
	resources.CPU.Quota, resources.CPU.Period = &quota, &period
	return nil
}

// cpus gives how many CPUs' worth of time the container may use, 0 for any.
func (l Limits) cpus() (float64, error) {
	switch {
	case l.CPUs != "" && l.CPUPercent != "":
		return 0, errors.New("reading -cpu and --cpus: they say the same in two units; give one of them")
	case l.CPUs != "":
		return positive("number of CPUs", l.CPUs, mostCPUs, "such as 1.5")
	case l.CPUPercent != "":
		percent, err := positive("percentage of a CPU", l.CPUPercent, 100*mostCPUs, "such as 20; 100 is one whole CPU")
		return percent / 100, err
	}
	return 0, nil
}

// mostCPUs is how many the kernel can have (NR_CPUS, arch/x86/Kconfig).
const mostCPUs = 8192

// positive reads a number of CPUs or percent. The kernel takes no quota below
// 1 ms in a period of 100 ms.
func positive(what, text string, most float64, hint string) (float64, error) {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(number) || number < 0.01 || number > most {
		return 0, fmt.Errorf("parsing %s %q: must be a number from 0.01 to %g, %s", what, text, most, hint)
	}
	return number, nil
}

func (l Limits) weight(cpu *specs.LinuxCPU) error {
	if l.CPUShares == "" {
		return nil
	}
	shares, err := strconv.ParseUint(l.CPUShares, 10, 64)
	if err != nil || shares < 2 || shares > 262_144 {
		return fmt.Errorf("parsing CPU shares %q: must be a whole number from 2 to 262144", l.CPUShares)
	}
	cpu.Shares = &shares
	return nil
}

func (l Limits) pids(resources *specs.LinuxResources) error {
	if l.PIDs == "" {
		return nil
	}
	limit, err := strconv.ParseInt(l.PIDs, 10, 64)
	if err != nil || limit < -1 {
		return fmt.Errorf("parsing pids limit %q: must be a positive whole number, or 0 or -1 for no limit", l.PIDs)
	}
	if limit == 0 {
		limit = -1
	}
	resources.Pids = &specs.LinuxPids{Limit: &limit}
	return nil
}
