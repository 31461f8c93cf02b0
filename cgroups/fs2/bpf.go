package fs2

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system call bpf(2) is made here, and not through a library: those that
// there are take a tenth of a millisecond in every process that they are linked
// into, and two commands are all that is needed.

// loadCommand, attachCommand, queryCommand, idCommand and infoCommand are the
// parts of union bpf_attr (linux/bpf.h) that the commands look at, on machines of
// 64 bits. The kernel takes what is missing at the end for zero.
type loadCommand struct {
	kind, count          uint32
	instructions         unsafe.Pointer
	license              unsafe.Pointer
	logLevel, logSize    uint32
	log                  unsafe.Pointer
	kernelVersion, flags uint32
	name                 [unix.BPF_OBJ_NAME_LEN]byte
}

type attachCommand struct{ target, program, kind, flags uint32 }

type queryCommand struct {
	target, kind, flags, attachFlags uint32
	ids                              unsafe.Pointer
	count                            uint32
	_                                uint32
}

type idCommand struct{ id, next, flags uint32 }

type infoCommand struct {
	program, length uint32
	info            unsafe.Pointer
}

// programInfo is the beginning of struct bpf_prog_info, up to the name.
type programInfo struct {
	_    [64]byte
	name [unix.BPF_OBJ_NAME_LEN]byte
}

func bpf(command uintptr, attributes unsafe.Pointer, size uintptr) (int, error) {
	for {
		result, _, errno := unix.Syscall(unix.SYS_BPF, command, uintptr(attributes), size)
		switch errno {
		case 0:
			return int(result), nil
		case unix.EINTR, unix.EAGAIN: // a signal came while the kernel verified it
		default:
			return -1, errno
		}
	}
}

// attach loads a program and has the cgroup ask it, beside any other that is
// attached there or above.
func attach(cgroup *os.File, name string, program []instruction) error {
	fd, err := load(name, encode(program))
	if err != nil {
		return fmt.Errorf("loading BPF program %q: %w", name, err)
	}
	defer unix.Close(fd)
	command := attachCommand{uint32(cgroup.Fd()), uint32(fd), unix.BPF_CGROUP_DEVICE, unix.BPF_F_ALLOW_MULTI}
	if _, err := bpf(unix.BPF_PROG_ATTACH, unsafe.Pointer(&command), unsafe.Sizeof(command)); err != nil {
		return fmt.Errorf("attaching BPF program %q: %w", name, err)
	}
	return nil
}

// load gives the program to the kernel. Before 5.11 that counts what it takes
// against the limit of locked memory, which is small, and says EPERM; then the
// limit is lifted for a moment.
func load(name string, text []byte) (int, error) {
	fd, err := loadOnce(name, text)
	var limit unix.Rlimit
	if err != unix.EPERM || unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit) != nil {
		return fd, err
	}
	if unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}) != nil {
		return fd, fmt.Errorf("%w; it takes CAP_SYS_ADMIN or CAP_BPF, and on kernels before 5.11 a higher \"ulimit -l\"", err)
	}
	fd, err = loadOnce(name, text)
	return fd, errors.Join(err, unix.Setrlimit(unix.RLIMIT_MEMLOCK, &limit))
}

func loadOnce(name string, text []byte) (int, error) {
	const instructionSize = 8
	license := []byte("none\x00")
	command := loadCommand{
		kind: unix.BPF_PROG_TYPE_CGROUP_DEVICE, count: uint32(len(text) / instructionSize),
		instructions: unsafe.Pointer(&text[0]), license: unsafe.Pointer(&license[0]),
	}
	copy(command.name[:len(command.name)-1], name)
	return bpf(unix.BPF_PROG_LOAD, unsafe.Pointer(&command), unsafe.Sizeof(command))
}

// isAttached tells whether a program of that name is attached to the cgroup
// itself.
func isAttached(cgroup *os.File, name string) (bool, error) {
	ids, err := attached(cgroup)
	if err != nil {
		return false, fmt.Errorf("listing BPF programs: %w", err)
	}
	for _, id := range ids {
		found, err := nameOf(id)
		if errors.Is(err, unix.ENOENT) {
			continue // it has been detached meanwhile
		}
		if err != nil {
			return false, fmt.Errorf("looking at BPF program %d: %w", id, err)
		}
		if found == name {
			return true, nil
		}
	}
	return false, nil
}

// attached lists the programs by their numbers. The kernel takes 64 at most.
func attached(cgroup *os.File) ([]uint32, error) {
	ids := make([]uint32, 64)
	command := queryCommand{target: uint32(cgroup.Fd()), kind: unix.BPF_CGROUP_DEVICE, ids: unsafe.Pointer(&ids[0]), count: uint32(len(ids))}
	_, err := bpf(unix.BPF_PROG_QUERY, unsafe.Pointer(&command), unsafe.Sizeof(command))
	return ids[:min(int(command.count), len(ids))], err
}

func nameOf(id uint32) (string, error) {
	command := idCommand{id: id}
	fd, err := bpf(unix.BPF_PROG_GET_FD_BY_ID, unsafe.Pointer(&command), unsafe.Sizeof(command))
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	info := &programInfo{}
	question := infoCommand{program: uint32(fd), length: uint32(unsafe.Sizeof(*info)), info: unsafe.Pointer(info)}
	_, err = bpf(unix.BPF_OBJ_GET_INFO_BY_FD, unsafe.Pointer(&question), unsafe.Sizeof(question))
	return unix.ByteSliceToString(info.name[:]), err
}
