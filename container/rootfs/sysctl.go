package rootfs

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// OpenSysctls opens /proc/sys for WriteSysctls. It comes after MountProc and before
// Seal, which covers it. The container's own procfs is preferred: that of the host
// has the files of every network namespace under the same names, and beside a
// thousand of them takes a millisecond to find the right one. One that shows
// processes alone has none.
func (r *Root) OpenSysctls() (*os.File, error) {
	if proc := r.ownProc(); proc != nil {
		if directory, err := sysctlsOf(proc); err == nil {
			return directory, nil
		}
	}
	return HostSysctls()
}

// HostSysctls opens the host's /proc/sys.
func HostSysctls() (*os.File, error) {
	proc, err := HostProc()
	if err != nil {
		return nil, err
	}
	return sysctlsOf(proc)
}

// sysctlsOf opens the sysctls of a procfs, which it closes.
func sysctlsOf(proc *os.File) (*os.File, error) {
	defer proc.Close()
	fd, err := unix.Openat(int(proc.Fd()), "sys", unix.O_PATH|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("opening /proc/sys: %w", err)
	}
	return os.NewFile(uintptr(fd), "sys"), nil
}

// WriteSysctls writes sysctls below an open /proc/sys. The kernel takes a sysctl of
// a namespace from the namespace of whoever writes.
func WriteSysctls(directory *os.File, sysctls map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(sysctls)) {
		if err := write(directory, sysctlPath(name), sysctls[name]); err != nil {
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
