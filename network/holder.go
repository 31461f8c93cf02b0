package network

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Process is a running program.
type Process struct {
	PID  int // 0: unknown
	Name string
}

// PortInUseError says that a host port is taken.
type PortInUseError struct {
	Mapping PortMapping
	Holder  Process // who has it, as far as that can be told
}

func (e *PortInUseError) Error() string {
	holder := "another program"
	if e.Holder.PID != 0 && e.Holder.Name != "" { // else it has just ended
		holder = fmt.Sprintf("%s (pid %d)", e.Holder.Name, e.Holder.PID)
	}
	return fmt.Sprintf("publishing port %s: in use by %s; choose another with -p HOST:%d",
		e.Mapping.published(), holder, e.Mapping.ContainerPort)
}

// findHolder names the process whose socket keeps a host port taken, or gives
// an empty Process. It reads much of /proc, for the sake of an error message.
func findHolder(mapping PortMapping) Process {
	inodes := listedSockets(mapping)
	if len(inodes) == 0 && mapping.Protocol == TCP {
		inodes = boundSockets(mapping)
	}
	for _, inode := range inodes {
		if holder, found := findOwner(inode); found {
			return holder
		}
	}
	return Process{}
}

// findOwner finds the process that has a socket open; of several, such as a
// server and its workers, the one with the lowest pid.
func findOwner(inode uint64) (Process, bool) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return Process{}, false
	}
	lowest := 0
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err == nil && (lowest == 0 || pid < lowest) && hasOpen(pid, inode) {
			lowest = pid
		}
	}
	if lowest == 0 {
		return Process{}, false
	}
	name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", lowest))
	return Process{PID: lowest, Name: strings.TrimSpace(string(name))}, true
}

func hasOpen(pid int, inode uint64) bool {
	directory := fmt.Sprintf("/proc/%d/fd", pid)
	descriptors, _ := os.ReadDir(directory) // a process that has just ended has none
	wanted := fmt.Sprintf("socket:[%d]", inode)
	for _, descriptor := range descriptors {
		if target, err := os.Readlink(directory + "/" + descriptor.Name()); err == nil && target == wanted {
			return true
		}
	}
	return false
}
