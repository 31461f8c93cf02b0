package manager_test

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"mydocker/cgroups"
	"mydocker/resource"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// forkBomb makes this test binary a program that forks for ever.
const forkBomb = "MYDOCKER_TEST_FORK_BOMB"

// explode waits for a line on stdin. Then it and all its children do nothing but
// fork, whether the kernel lets them or not; unlike a shell, none gives up.
func explode() {
	bufio.NewReader(os.Stdin).ReadString('\n')
	for {
		syscall.RawSyscall6(syscall.SYS_CLONE, uintptr(syscall.SIGCHLD), 0, 0, 0, 0, 0)
	}
}

func TestKillForkBomb(t *testing.T) {
	cgroup := newCgroup(t, &specs.LinuxResources{Pids: &specs.LinuxPids{Limit: pointer(int64(100))}})
	create(t, cgroup)
	command := exec.Command("/proc/self/exe")
	command.Env = append(os.Environ(), forkBomb+"=1")
	child := start(t, command)
	child.Go(t, cgroup)
	eventually(t, "the fork bomb reaches its limit", func() bool { return len(processes(t, cgroup)) > 50 })
	if err := cgroup.Kill(); err != nil {
		t.Fatal(err)
	}
	if left := processes(t, cgroup); len(left) > 0 {
		t.Errorf("%v are left", left)
	}
	expect(t, cgroup, resource.Present)
}

func TestKillReachesNestedCgroups(t *testing.T) {
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	nested := *cgroup
	nested.Path += "/inner/most"
	create(t, &nested)
	child := shell(t, "read line")
	child.Go(t, &nested)
	if !contains(t, cgroup, child.Process.Pid) {
		t.Errorf("%v is without the nested %d", processes(t, cgroup), child.Process.Pid)
	}
	if err := cgroup.Remove(); err != nil {
		t.Fatal(err)
	}
	if signal, _ := child.Result(); signal != syscall.SIGKILL {
		t.Errorf("the nested process ended with %v", signal)
	}
	expect(t, &nested, resource.Absent)
}

// TestDirectoryOfAProcess is that of the cgroup below in which it is, and none for
// a process outside.
func TestDirectoryOfAProcess(t *testing.T) {
	cgroup := newCgroup(t, nil)
	if find(t, cgroups.Pids).Version != 2 {
		t.Skip("needs cgroup version 2")
	}
	create(t, cgroup)
	nested := *cgroup
	nested.Path += "/inner"
	create(t, &nested)
	child := shell(t, "read line")
	child.Go(t, &nested)
	directory, err := cgroup.OpenDirectoryOf(child.Process.Pid)
	if want := located(t, &nested)[0]; err != nil || directory.Name() != want {
		t.Errorf("%q, %v; want %q", directory.Name(), err, want)
	}
	directory.Close()
	if _, err := nested.OpenDirectoryOf(os.Getpid()); err == nil || !strings.Contains(err.Error(), "somebody has moved it") {
		t.Errorf("outside: %v", err)
	}
}
