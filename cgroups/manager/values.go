package manager

import (
	"errors"
	"fmt"
	"os"
	"runtime"

	"mydocker/cgroups"

	"github.com/docker/go-units"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// The least and the most that the kernel, or docker where it is stricter, takes.
const (
	minMemory = 6 << 20   // docker's own: less does not start a program
	minQuota  = 1000      // µs, the kernel's least quota and period
	maxPeriod = 1_000_000 // µs
	minShares = 2         // the kernel's MIN_SHARES, MAX_SHARES
	maxShares = 1 << 18
	maxPids   = 1 << 22 // PID_MAX_LIMIT of 64-bit kernels
)

// verifyValues says which limits make no sense on any host.
func verifyValues(limits *specs.LinuxResources) error {
	if limits == nil {
		return nil
	}
	return errors.Join(
		verifySupported(limits),
		verifyMemory(cgroups.MemoryLimits(limits)),
		verifyCPU(cgroups.CPULimits(limits)),
		verifyPids(limits.Pids),
		verifyDevices(limits),
	)
}

func verifyDevices(limits *specs.LinuxResources) error {
	_, _, err := cgroups.DeviceLimits(limits)
	return err
}

func verifyMemory(memory specs.LinuxMemory) error {
	errs := []error{
		verifyNotNegative("memory limit", memory.Limit),
		verifyNotNegative("memory+swap limit", memory.Swap),
		verifyNotNegative("memory reservation", memory.Reservation),
	}
	limit, limited := cgroups.Bounded(memory.Limit)
	if limited && limit < minMemory {
		errs = append(errs, fmt.Errorf("memory limit %s: less than the minimum of 6MiB; give 6m or more", bytes(limit)))
	}
	if swap, ok := cgroups.Bounded(memory.Swap); ok && !limited {
		errs = append(errs, fmt.Errorf("memory+swap limit %s: there is no memory limit; give that, too", bytes(swap)))
	} else if ok && swap < limit {
		errs = append(errs, fmt.Errorf("memory+swap limit %s: less than the memory limit %s, which it includes; give at least that",
			bytes(swap), bytes(limit)))
	}
	if reservation, ok := cgroups.Bounded(memory.Reservation); ok && limited && reservation > limit {
		errs = append(errs, fmt.Errorf("memory reservation %s: more than the memory limit %s; give less", bytes(reservation), bytes(limit)))
	}
	return errors.Join(errs...)
}

func bytes(count int64) string { return units.BytesSize(float64(count)) }

// verifyNotNegative lets -1 pass, the runtime-spec's word for unlimited.
func verifyNotNegative(limit string, value *int64) error {
	if value == nil || *value >= -1 {
		return nil
	}
	return fmt.Errorf("%s %d: negative; give a positive number, or -1 for no limit", limit, *value)
}

func verifyCPU(cpu specs.LinuxCPU) error {
	errs := []error{verifyNotNegative("CPU quota", cpu.Quota)}
	if quota, limited := cgroups.Bounded(cpu.Quota); limited && quota < minQuota {
		errs = append(errs, fmt.Errorf("CPU quota %dµs: less than the minimum of 1ms in each period; give 0.01 CPUs or more", quota))
	}
	if period := cpu.Period; period != nil && *period != 0 && (*period < minQuota || *period > maxPeriod) {
		errs = append(errs, fmt.Errorf("CPU period %dµs: out of range; give 1000 to 1000000", *period))
	}
	if shares := cpu.Shares; shares != nil && *shares != 0 && (*shares < minShares || *shares > maxShares) {
		errs = append(errs, fmt.Errorf("CPU shares %d: out of range; give 2 to 262144, 1024 being the usual", *shares))
	}
	return errors.Join(errs...)
}

// verifyCPUs says that a quota asks for more CPUs than the host has. What the
// caller itself may run on is known already; the host is asked when that is not
// enough.
func verifyCPUs(limits *specs.LinuxResources) error {
	cpu := cgroups.CPULimits(limits)
	quota, limited := cgroups.Bounded(cpu.Quota)
	if !limited {
		return nil
	}
	period := float64(cgroups.DefaultPeriod)
	if cpu.Period != nil && *cpu.Period > 0 {
		period = float64(*cpu.Period)
	}
	wanted := float64(quota) / period
	if wanted <= float64(runtime.NumCPU()) {
		return nil
	}
	online, err := onlineCPUs()
	if err != nil || wanted <= float64(online) {
		return err
	}
	return fmt.Errorf("CPU limit %.4g: this host has %d CPUs; give 0.01 to %[2]d", wanted, online)
}

func onlineCPUs() (int, error) {
	const file = "/sys/devices/system/cpu/online"
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, fmt.Errorf("counting CPUs: %w; mount it with: mount -t sysfs sysfs /sys", err)
	}
	online, err := cgroups.ParseIDList(string(text))
	if err != nil {
		return 0, fmt.Errorf("counting CPUs: reading %q: %w", file, err)
	}
	return online.Count(), nil
}

func verifyPids(pids *specs.LinuxPids) error {
	if pids == nil {
		return nil
	}
	if pids.Limit != nil && *pids.Limit > maxPids {
		return fmt.Errorf("pids limit %d: more than the kernel's maximum; give %d or less, or -1 for no limit", *pids.Limit, maxPids)
	}
	return verifyNotNegative("pids limit", pids.Limit)
}
