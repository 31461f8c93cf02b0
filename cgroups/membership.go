package cgroups

import (
	"fmt"
	"os"
	"strings"
)

// Membership says in which cgroup a task is, by controller.
type Membership map[string]string

// ThreadMembership reads that of the calling thread.
func ThreadMembership() (Membership, error) {
	text, err := os.ReadFile("/proc/thread-self/cgroup")
	if err != nil {
		return nil, fmt.Errorf("finding the own cgroup: %w; mount it with: mount -t proc proc /proc", err)
	}
	return parseMembership(string(text)), nil
}

// MembershipOf reads that of another process. The controller of version 2 is "".
func MembershipOf(pid int) (Membership, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	if err != nil {
		return nil, fmt.Errorf("finding the cgroup of pid %d: %w", pid, err)
	}
	return parseMembership(string(text)), nil
}

// parseMembership reads the lines of cgroups(7): "4:cpu,cpuacct:/path".
func parseMembership(text string) Membership {
	membership := Membership{}
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) < 3 {
			continue
		}
		for controller := range strings.SplitSeq(fields[1], ",") {
			membership[controller] = fields[2]
		}
	}
	return membership
}

// In gives the directory of the cgroup in a version 1 hierarchy.
func (m Membership) In(hierarchy Hierarchy) string {
	return hierarchy.Directory(m[hierarchy.Controllers[0]])
}
