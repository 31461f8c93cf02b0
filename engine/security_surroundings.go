package engine

import (
	"fmt"
	"slices"
	"strconv"

	units "github.com/docker/go-units"
	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/cgroups"
)

// The parts of a security report that tell of what is around a container.

func (r *securityReport) devices() []string {
	if r.record.Security.Privileged {
		return []string{"All devices of the host: it can read and write its disks."}
	}
	lines := []string{"null, zero, full, random, urandom, tty and its own terminals."}
	for _, device := range r.record.Devices {
		lines = append(lines, fmt.Sprintf("%s (%s %d:%d), access %s", device.Path, device.Type, device.Major, device.Minor, device.Access))
	}
	for _, rule := range r.record.Security.DeviceRules {
		policy := specs.LinuxResources{Devices: []specs.LinuxDeviceCgroup{{Access: "rwm"}, rule}}
		if limits, _, err := cgroups.DeviceLimits(&policy); err == nil {
			for _, exception := range limits.Exceptions {
				lines = append(lines, "Those of the rule \""+exception.String()+"\"")
			}
		}
	}
	return lines
}

func (r *securityReport) files() []string {
	lines := []string{"Its root is the image with a layer of its own, which it can write to; the image stays as it is."}
	if r.record.ReadOnly {
		lines = []string{"Its root is read-only."}
	}
	for _, mount := range r.record.Mounts {
		switch {
		case mount.Type != "bind":
			lines = append(lines, mount.Destination+" is in memory ("+mount.Type+").")
		case slices.Contains(mount.Options, "ro"):
			lines = append(lines, fmt.Sprintf("%s is %s of the host, which it can read.", mount.Destination, mount.Source))
		default:
			lines = append(lines, fmt.Sprintf("%s is %s of the host, which it can change.", mount.Destination, mount.Source))
		}
	}
	return lines
}

func (r *securityReport) network() []string {
	if r.record.Network == "" {
		return []string{"None: it reaches itself alone (lo)."}
	}
	lines := []string{fmt.Sprintf("Network %q: it reaches the other containers there, the host, and whatever the host reaches.", r.record.Network)}
	ports := r.record.Publish
	if r.kernel != nil {
		ports = r.record.Ports
	}
	for _, port := range ports {
		lines = append(lines, "Others reach it at "+port.String())
	}
	if len(ports) == 0 {
		lines = append(lines, "From outside nobody reaches it: no port is published.")
	}
	return lines
}

func (r *securityReport) limits() []string {
	limits := r.record.Limits
	memory, cpu := cgroups.MemoryLimits(limits), cgroups.CPULimits(limits)
	var lines []string
	if limit, limited := cgroups.Bounded(memory.Limit); limited {
		lines = append(lines, "Memory: "+units.BytesSize(float64(limit)))
	} else {
		lines = append(lines, "Memory: all that the host has; set a limit with -m")
	}
	if quota, limited := cgroups.Bounded(cpu.Quota); limited {
		period := uint64(cgroups.DefaultPeriod)
		if cpu.Period != nil {
			period = *cpu.Period
		}
		lines = append(lines, fmt.Sprintf("CPUs: the time of %.4g", float64(quota)/float64(period)))
	} else {
		lines = append(lines, "CPUs: all of the host's time")
	}
	if cpu.Cpus != "" {
		lines = append(lines, "Only on CPUs "+cpu.Cpus)
	}
	if limit, limited := cgroups.PidsLimit(limits); limited {
		return append(lines, "Processes and threads: "+strconv.FormatInt(limit, 10))
	}
	return append(lines, "Processes and threads: all that the host can have; set a limit with --pids-limit")
}
