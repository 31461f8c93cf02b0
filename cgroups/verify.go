package cgroups

import (
	"errors"
	"fmt"

	"github.com/docker/go-units"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// VerifySwap says that a host which does not count swap cannot limit it.
func VerifySwap(limits *specs.LinuxResources, accounted func() bool) error {
	swap, limited := Bounded(MemoryLimits(limits).Swap)
	if !limited || accounted() {
		return nil
	}
	return fmt.Errorf("memory+swap limit %s: this host does not count swap; boot it with swapaccount=1, or leave the swap limit out",
		units.BytesSize(float64(swap)))
}

// VerifyCPUSet says which wanted CPU or memory node a cgroup cannot have.
// available gives those that it can, in list format.
func VerifyCPUSet(limits *specs.LinuxResources, available func() (cpus, mems string, err error)) error {
	wanted := CPULimits(limits)
	if wanted.Cpus == "" && wanted.Mems == "" {
		return nil
	}
	cpus, mems, err := available()
	if err != nil {
		return err
	}
	return errors.Join(
		verifyIDs("cpuset CPUs", wanted.Cpus, cpus),
		verifyIDs("cpuset memory nodes", wanted.Mems, mems),
	)
}

func verifyIDs(limit, wanted, available string) error {
	want, err := ParseIDList(wanted)
	if err != nil {
		return fmt.Errorf("%s %q: %w", limit, wanted, err)
	}
	have, err := ParseIDList(available)
	if err != nil {
		return err
	}
	if id, outside := want.FirstOutside(have); outside {
		return fmt.Errorf("%s %q: %d is not online or not given to mydocker; choose from %s", limit, wanted, id, have)
	}
	return nil
}
