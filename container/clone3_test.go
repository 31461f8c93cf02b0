package container

import (
	"os"
	"os/exec"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

const withoutClone3 = "CONTAINER_TEST_WITHOUT_CLONE3"

// Where a sandbox refuses clone3(2), whose flags no filter can see, processes are made
// outside of their cgroup and go in.
func TestWithoutClone3(t *testing.T) {
	needRoot(t)
	again := exec.Command("/proc/self/exe", "-test.run=^(TestProgramBeginsIn|TestExecJoins)", "-test.timeout=2m")
	again.Env = append(os.Environ(), withoutClone3+"=1")
	if output, err := again.CombinedOutput(); err != nil {
		t.Errorf("%v:\n%s", err, output)
	}
}

// refuseClone3 has all threads of this process, and all its children, live in such a
// sandbox.
func refuseClone3() error {
	filter := []unix.SockFilter{
		{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS}, // the call's number
		{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: unix.SYS_CLONE3, Jf: 1},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(unix.ENOSYS)},
		{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC,
		uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return os.NewSyscallError("seccomp", errno)
	}
	return nil
}
