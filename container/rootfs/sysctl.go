package rootfs

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// WriteSysctls writes the spec's sysctls, from inside the container's namespaces
// and after MountProc. The container's own procfs is preferred: that of the host
// has the files of every network namespace under the same names, and beside a
// thousand of them takes a millisecond to find the right one.
func (r *Root) WriteSysctls() error {
	proc := r.ownProc()
	if proc == nil {
		return WriteKernel(nil, r.spec.Linux.Sysctl)
	}
	defer proc.Close()
	return writeSysctls(proc, r.spec.Linux.Sysctl)
}

func writeSysctls(proc *os.File, sysctls map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(sysctls)) {
		if err := write(proc, "sys/"+sysctlPath(name), sysctls[name]); err != nil {
			return fmt.Errorf("setting sysctl %q to %q: %w", name, sysctls[name], err)
		}
	}
	return nil
}

// sysctlPath gives the path of a sysctl. As for sysctl(8), the first separator
// tells whether "." or "/" separates; the other one then is part of a name,
// such as that of the interface "eth0.1".
func sysctlPath(name string) string {
	first := strings.IndexAny(name, "./")
	if first < 0 || name[first] == '/' {
		return name
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '.':
			return '/'
		case '/':
			return '.'
		}
		return r
	}, name)
}

// CheckSysctl refuses what does not belong to a namespace of the container's
// own and so would change the host. The arguments say which of the namespaces
// are not the host's.
func CheckSysctl(name string, ownIPC, ownNetwork, ownUTS bool) error {
	path := sysctlPath(name)
	if strings.Contains("/"+path+"/", "/../") {
		return fmt.Errorf("setting sysctl %q: not a name", name)
	}
	own, kind := false, ""
	switch {
	case strings.HasPrefix(path, "net/"):
		own, kind = ownNetwork, "network"
	case strings.HasPrefix(path, "fs/mqueue/"), isIPC(path):
		own, kind = ownIPC, "IPC"
	case path == "kernel/domainname":
		own, kind = ownUTS, "UTS"
	case path == "kernel/hostname":
		return fmt.Errorf("setting sysctl %q: use the host name of the container for that", name)
	default:
		return fmt.Errorf("setting sysctl %q: it belongs to the whole host; set it there with sysctl -w", name)
	}
	if !own {
		return fmt.Errorf("setting sysctl %q: the container shares the host's %s namespace", name, kind)
	}
	return nil
}

// IsForInit tells whether a sysctl is written by a container's own root: those
// of the network, in which users are numbers of the user namespace of whoever
// writes.
func IsForInit(name string) bool { return strings.HasPrefix(sysctlPath(name), "net/") }

// isIPC names the sysctls of an IPC namespace (ipc_namespaces(7)).
func isIPC(path string) bool {
	switch path {
	case "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem",
		"kernel/shmall", "kernel/shmmax", "kernel/shmmni", "kernel/shm_rmid_forced":
		return true
	}
	return false
}
