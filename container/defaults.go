package container

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container/launch"
	"mydocker/container/seccomp"
)

// DefaultMounts are what every container has mounted: docker's list, with its
// options. The caller changes the size of /dev/shm, or adds mounts of its own
// behind them.
func DefaultMounts() []specs.Mount {
	mount := func(kind, source, destination string, options ...string) specs.Mount {
		return specs.Mount{Type: kind, Source: source, Destination: destination, Options: options}
	}
	return []specs.Mount{
		mount("proc", "proc", "/proc", "nosuid", "noexec", "nodev"),
		mount("tmpfs", "tmpfs", "/dev", "nosuid", "strictatime", "mode=755", "size=65536k"),
		mount("devpts", "devpts", "/dev/pts", "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"),
		mount("sysfs", "sysfs", "/sys", "nosuid", "noexec", "nodev", "ro"),
		mount("cgroup", "cgroup", "/sys/fs/cgroup", "ro", "nosuid", "noexec", "nodev"),
		mount("mqueue", "mqueue", "/dev/mqueue", "nosuid", "noexec", "nodev"),
		mount("tmpfs", "shm", "/dev/shm", "nosuid", "noexec", "nodev", "mode=1777", "size=65536k"),
	}
}

// DefaultCapabilities are those of a container's root unless somebody says
// otherwise, sorted.
func DefaultCapabilities() []string { return seccomp.DefaultCapabilities() }

// HeldCapabilities names the capabilities that mydocker has on this host and
// so can give to a container.
func HeldCapabilities() ([]string, error) { return launch.HeldCapabilities() }

// CapabilityNames lists the capabilities of a set, a bit for each as procfs has
// them.
func CapabilityNames(set uint64) []string { return launch.CapabilityNames(set) }

// DefaultReadonlyPaths are what a container may read of the kernel's settings
// and not write.
func DefaultReadonlyPaths() []string {
	return []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}
}

// DefaultMaskedPaths are what a container does not see: parts of procfs and
// sysfs that tell of, or reach, the whole host. Those for each processor are
// on machines that have them.
func DefaultMaskedPaths() []string {
	masked := []string{
		"/proc/acpi",
		"/proc/asound",
		"/proc/interrupts",
		"/proc/kcore",
		"/proc/keys",
		"/proc/latency_stats",
		"/proc/sched_debug",
		"/proc/scsi",
		"/proc/timer_list",
		"/proc/timer_stats",
		"/sys/devices/virtual/powercap",
		"/sys/firmware",
	}
	const processors = "/sys/devices/system/cpu"
	entries, _ := os.ReadDir(processors) // without sysfs there is nothing to hide
	for _, entry := range entries {
		if !isProcessor(entry.Name()) {
			continue
		}
		throttle := filepath.Join(processors, entry.Name(), "thermal_throttle")
		if _, err := os.Lstat(throttle); err == nil {
			masked = append(masked, throttle)
		}
	}
	return masked
}

// isProcessor tells the directory of a processor, such as cpu0, from others beside
// it, such as cpufreq.
func isProcessor(name string) bool {
	number, found := strings.CutPrefix(name, "cpu")
	return found && number != "" && number[0] >= '0' && number[0] <= '9'
}
