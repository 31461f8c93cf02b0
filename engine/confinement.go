package engine

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"mydocker/container"
)

// confinement is what the kernel says of a running process.
type confinement struct {
	bounding        []string // capabilities
	noNewPrivileges bool
	filters         int    // of system calls
	profile         string // AppArmor's; "" where the host has none
	rootUID         int    // who the container's root is on the host
}

// readConfinement reads it from procfs (proc_pid_status(5)).
func readConfinement(pid int) (*confinement, error) {
	directory := fmt.Sprintf("/proc/%d/", pid)
	text, err := os.ReadFile(directory + "status")
	if err != nil {
		return nil, err
	}
	var c confinement
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":\t")
		switch name {
		case "CapBnd":
			bits, err := strconv.ParseUint(value, 16, 64)
			if err != nil {
				return nil, err
			}
			c.bounding = container.CapabilityNames(bits)
		case "NoNewPrivs":
			c.noNewPrivileges = value == "1"
		case "Seccomp":
			if value != "0" && c.filters == 0 {
				c.filters = 1 // how many, older kernels do not say
			}
		case "Seccomp_filters":
			c.filters, _ = strconv.Atoi(value)
		}
	}
	if label, err := os.ReadFile(directory + "attr/apparmor/current"); err == nil {
		c.profile = strings.TrimSpace(string(label))
	}
	mapping, err := os.ReadFile(directory + "uid_map")
	if fields := strings.Fields(string(mapping)); err == nil && len(fields) > 1 {
		c.rootUID, err = strconv.Atoi(fields[1])
	}
	return &c, err
}
