package rootfs

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/openat2"
)

// WriteKernel writes the process' oom_score_adj, unless nil, and the sysctls.
// It uses the host's procfs, and so comes before Enter: the kernel takes a
// sysctl of a namespace from the namespace of whoever writes.
func WriteKernel(oomScoreAdj *int, sysctls map[string]string) error {
	proc, err := HostProc()
	if err != nil {
		return err
	}
	defer proc.Close()
	if oomScoreAdj != nil {
		if err := write(proc, "self/oom_score_adj", fmt.Sprint(*oomScoreAdj)); err != nil {
			return fmt.Errorf("setting oom_score_adj %d: %w; lowering it needs CAP_SYS_RESOURCE", *oomScoreAdj, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(sysctls)) {
		if err := write(proc, "sys/"+sysctlPath(name), sysctls[name]); err != nil {
			return fmt.Errorf("setting sysctl %q to %q: %w", name, sysctls[name], err)
		}
	}
	return nil
}

// HostProc opens the host's procfs, of which it makes sure. It is for a process
// that is still in the host's root.
func HostProc() (*os.File, error) {
	proc, err := os.OpenFile("/proc", unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	var about unix.Statfs_t
	if err := unix.Fstatfs(int(proc.Fd()), &about); err != nil || about.Type != unix.PROC_SUPER_MAGIC {
		proc.Close()
		return nil, errors.Join(errors.New("\"/proc\" of the host is not procfs"), err)
	}
	return proc, nil
}

// write writes a file of procfs.
func write(proc *os.File, name, value string) error {
	fd, err := openat2.Open(int(proc.Fd()), name, &unix.OpenHow{
		Flags:   unix.O_WRONLY | unix.O_CLOEXEC,
		Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV,
	})
	if err != nil {
		return err
	}
	file := os.NewFile(uintptr(fd), name)
	_, err = file.WriteString(value)
	if path := (*os.PathError)(nil); errors.As(err, &path) {
		err = path.Err
	}
	return errors.Join(err, file.Close())
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
