// Package host finds out whether this host can run containers at all: it tries
// what a container needs, in namespaces that end with the trial. What the kernel
// has as modules is loaded by that, as the first container would load it.
package host

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// Fault is something without which no container can run, or none of a kind.
type Fault struct {
	Object string // such as `system call "pidfd_open"`
	Detail string // what the trial gave
	Why    string // what does not work
	Remedy []string
}

// elsewhere does something on a thread of its own that has left the given
// namespaces. The thread is given to nobody else.
func elsewhere(namespaces int, do func() error) error {
	result := make(chan error)
	go func() {
		runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
		err := unix.Unshare(namespaces)
		if err == nil && namespaces&unix.CLONE_NEWNS != 0 {
			err = unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
		}
		if err == nil {
			err = do()
		}
		result <- err
	}()
	return <-result
}

// Release is the kernel's, such as "6.18.0".
func Release() string {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return "unknown"
	}
	return unix.ByteSliceToString(name.Release[:])
}

// SystemCalls tries those that nothing stands in for.
func SystemCalls() []Fault {
	var faults []Fault
	for _, call := range []struct {
		name, since string
		try         func() error
	}{
		{"pidfd_open", "5.3", tryPidfd},
		{"close_range", "5.9", func() error { return unix.CloseRange(1<<20, 1<<20, 0) }},
	} {
		if err := call.try(); err != nil {
			faults = append(faults, Fault{
				Object: fmt.Sprintf("system call %q", call.name), Detail: err.Error(), Why: "no container can be started",
				Remedy: []string{fmt.Sprintf("# use a kernel from %s on; this is %s. A sandbox may also refuse it", call.since, Release())},
			})
		}
	}
	return faults
}

func tryPidfd() error {
	fd, err := unix.PidfdOpen(os.Getpid(), 0)
	if err == nil {
		unix.Close(fd)
	}
	return err
}

// OlderWays names the system calls for which mydocker has to take an older way.
func OlderWays() []string {
	var missing []string
	if fd, err := unix.Openat2(unix.AT_FDCWD, "/", &unix.OpenHow{Flags: unix.O_PATH}); err == nil {
		unix.Close(fd)
	} else {
		missing = append(missing, "openat2")
	}
	if fd, err := unix.Fsopen("tmpfs", unix.FSOPEN_CLOEXEC); err == nil {
		unix.Close(fd)
	} else {
		missing = append(missing, "fsopen")
	}
	if err := unix.MountSetattr(-1, "", unix.AT_EMPTY_PATH, &unix.MountAttr{}); errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) {
		missing = append(missing, "mount_setattr")
	}
	return missing
}

// Namespaces tries each kind that a container has.
func Namespaces() []Fault {
	var faults []Fault
	for _, kind := range []struct {
		name, sysctl string
		flag         int
	}{
		{"mount", "mnt", unix.CLONE_NEWNS},
		{"UTS", "uts", unix.CLONE_NEWUTS},
		{"IPC", "ipc", unix.CLONE_NEWIPC},
		{"pid", "pid", unix.CLONE_NEWPID},
		{"network", "net", unix.CLONE_NEWNET},
		{"cgroup", "cgroup", unix.CLONE_NEWCGROUP},
	} {
		err := elsewhere(kind.flag, func() error { return nil })
		if err == nil {
			continue
		}
		remedy := "# use a kernel with these namespaces, and run mydocker as root outside of any sandbox"
		if errors.Is(err, unix.ENOSPC) {
			remedy = fmt.Sprintf("sysctl -w user.max_%s_namespaces=10000", kind.sysctl)
		}
		faults = append(faults, Fault{
			Object: kind.name + " namespaces", Detail: err.Error(), Why: "no container can be started", Remedy: []string{remedy},
		})
	}
	return faults
}

// Networking tries to make what a network is, in a network namespace of its own.
func Networking(try func() error) []Fault {
	err := elsewhere(unix.CLONE_NEWNET, try)
	if err == nil {
		return nil
	}
	return []Fault{{
		Object: "bridge networks", Detail: err.Error(), Why: "containers run with --network none alone",
		Remedy: []string{"modprobe -a bridge veth nf_tables nft_compat xt_MASQUERADE xt_nat xt_addrtype xt_conntrack xt_comment"},
	}}
}

// read gives the content of a small file of /proc, without the newline; nothing
// where there is none.
func read(path string) string {
	content, _ := os.ReadFile(path)
	return strings.TrimSpace(string(content))
}
