package host

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Notes say what works in part only, or otherwise than on most hosts.
func Notes() []string {
	var notes []string
	if older := OlderWays(); len(older) > 0 {
		notes = append(notes, fmt.Sprintf("without %s: mydocker takes an older way", strings.Join(older, ", ")))
	}
	if read("/proc/sys/kernel/seccomp/actions_avail") == "" {
		notes = append(notes, "without seccomp: system calls of containers cannot be filtered")
	}
	if !may(unix.CAP_SYS_RESOURCE) {
		notes = append(notes, "without CAP_SYS_RESOURCE: --ulimit cannot raise a limit above mydocker's own, which is "+limits())
	}
	if read("/proc/sys/net/bridge/bridge-nf-call-iptables") == "1" {
		notes = append(notes, "with br_netfilter: packets between containers of one network pass the chain FORWARD as well; mydocker's rules accept them, and those of others may not")
	}
	return notes
}

// may tells whether this thread has a capability in effect.
func may(capability int) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	return data[capability/32].Effective&(1<<(capability%32)) != 0
}

func limits() string {
	var words []string
	for _, one := range []struct {
		name     string
		resource int
	}{{"nofile", unix.RLIMIT_NOFILE}, {"nproc", unix.RLIMIT_NPROC}, {"memlock", unix.RLIMIT_MEMLOCK}} {
		var limit unix.Rlimit
		if err := unix.Getrlimit(one.resource, &limit); err == nil && limit.Max != unix.RLIM_INFINITY {
			words = append(words, fmt.Sprintf("%s %d", one.name, limit.Max))
		}
	}
	if len(words) == 0 {
		return "unlimited"
	}
	return strings.Join(words, ", ")
}

// nearlyFull is the part of the connection table from which on it counts as
// full: the kernel drops new connections when it is.
const nearlyFull = 0.9

// Connections tells whether the kernel's table of connections is nearly full.
func Connections() []Fault {
	count, err := strconv.Atoi(read("/proc/sys/net/netfilter/nf_conntrack_count"))
	most, mostErr := strconv.Atoi(read("/proc/sys/net/netfilter/nf_conntrack_max"))
	if err != nil || mostErr != nil || most == 0 || float64(count) < nearlyFull*float64(most) {
		return nil
	}
	return []Fault{{
		Object: `sysctl "net.netfilter.nf_conntrack_max"`, Detail: fmt.Sprintf("the kernel follows %d connections of %d that it can", count, most),
		Why:    "new connections of containers and to published ports are dropped when it is full",
		Remedy: []string{fmt.Sprintf("sysctl -w net.netfilter.nf_conntrack_max=%d", 4*most)},
	}}
}
