package main

import (
	"golang.org/x/sys/unix"
)

// calls are those that stories name.
var calls = map[string]uintptr{
	"add_key": unix.SYS_ADD_KEY, "bpf": unix.SYS_BPF, "chroot": unix.SYS_CHROOT, "clone3": unix.SYS_CLONE3,
	"delete_module": unix.SYS_DELETE_MODULE, "fsopen": unix.SYS_FSOPEN, "getpid": unix.SYS_GETPID,
	"io_uring_setup": unix.SYS_IO_URING_SETUP, "kcmp": unix.SYS_KCMP, "kexec_load": unix.SYS_KEXEC_LOAD,
	"keyctl": unix.SYS_KEYCTL, "lookup_dcookie": unix.SYS_LOOKUP_DCOOKIE, "move_mount": unix.SYS_MOVE_MOUNT,
	"open_by_handle_at": unix.SYS_OPEN_BY_HANDLE_AT, "open_tree": unix.SYS_OPEN_TREE,
	"perf_event_open": unix.SYS_PERF_EVENT_OPEN, "personality": unix.SYS_PERSONALITY, "pivot_root": unix.SYS_PIVOT_ROOT,
	"ptrace": unix.SYS_PTRACE, "quotactl": unix.SYS_QUOTACTL, "reboot": unix.SYS_REBOOT, "request_key": unix.SYS_REQUEST_KEY,
	"setns": unix.SYS_SETNS, "settimeofday": unix.SYS_SETTIMEOFDAY, "socket": unix.SYS_SOCKET, "swapon": unix.SYS_SWAPON,
	"syslog": unix.SYS_SYSLOG, "umount2": unix.SYS_UMOUNT2, "unshare": unix.SYS_UNSHARE,
	"userfaultfd": unix.SYS_USERFAULTFD, "clone": unix.SYS_CLONE,
}

func call(words []string) error {
	which, named := calls[words[0]]
	if !named {
		which = number(words[0])
	}
	var arguments [6]uintptr
	for i, word := range words[1:] {
		arguments[i] = number(word)
	}
	result, _, errno := unix.RawSyscall6(which, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5])
	if which == unix.SYS_CLONE && errno == 0 && result == 0 {
		unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
	}
	if errno != 0 {
		return errno
	}
	return nil
}
