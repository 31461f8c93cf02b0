package container

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"unsafe"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/launch"
)

// A process that Exec adds has the container's credentials for a moment before it
// has its program. Nobody in there sees then which executable it runs or what it has
// open (CVE-2016-9962), and it has nothing of mydocker's own.
func TestAddedProcessShowsNothing(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	if output, err := execOutput(t, p, ExecConfig{Process: script("cp -L /bin/true /held")}); err != nil || output != "" {
		t.Fatal(output, err)
	}
	gate := holdExecutions(t, descriptor(p.Pid(), "root/held"))
	added := make(chan error, 1)
	limited := func(process *specs.Process) ExecConfig {
		process.Capabilities = &specs.LinuxCapabilities{}
		return ExecConfig{Process: process}
	}
	go func() {
		_, err := Exec(target(p), limited(&specs.Process{Args: []string{"/held"}, Cwd: "/"}))
		added <- err
	}()
	pid := gate.await()
	if executable, err := os.Readlink(descriptor(pid, "exe")); err != nil || !launch.IsLauncher(executable) {
		t.Errorf("it runs %q (%v)", executable, err)
	}
	output, err := execOutput(t, p, limited(script("for process in /proc/[0-9]*; do echo $process $(readlink $process/exe) $(ls $process/fd); done")))
	if err != nil || strings.Count(output, "\n") < 2 || strings.Contains(output, "launcher") {
		t.Errorf("in the container one sees %q (%v)", output, err)
	}
	gate.open()
	if err := <-added; err != nil {
		t.Error(err)
	}
}

// fullCgroup is a cgroup of version 1 that whoever joins it waits for.
type fullCgroup struct {
	cgroup
	tasks *os.File
}

func (c fullCgroup) OpenTasks() ([]*os.File, error)   { return []*os.File{c.tasks}, nil }
func (c fullCgroup) OpenDirectory() (*os.File, error) { return nil, nil }

// A program with CAP_SYS_PTRACE can take over the process that Exec adds, as soon as that
// is in the pid namespace. It gains no capability by it then, nor a descriptor of the host's.
func TestAddedProcessHasNoMoreThanItNeeds(t *testing.T) {
	p := start(t, settings(t, "sleep", "1000"))
	fds := make([]int, 2)
	if err := unix.Pipe2(fds, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	read, write := os.NewFile(uintptr(fds[0]), "pipe"), os.NewFile(uintptr(fds[1]), "pipe")
	defer read.Close()
	size, _ := unix.FcntlInt(write.Fd(), unix.F_GETPIPE_SZ, 0)
	write.Write(make([]byte, size))
	program := script("true")
	program.Capabilities = &specs.LinuxCapabilities{Bounding: []string{"CAP_KILL"}, Permitted: []string{"CAP_KILL"}, Effective: []string{"CAP_KILL"}}
	score := 10
	program.OOMScoreAdj, program.NoNewPrivileges = &score, true
	entry, err := newEntry(target(p), ExecConfig{Process: program, Cgroup: fullCgroup{newCgroup(t), write}})
	if err != nil {
		t.Fatal(err)
	}
	defer entry.close()
	added, err := keep(entry.add, (*Process).tellEnd)
	if err != nil {
		t.Fatal(err)
	}
	status, err := os.ReadFile(descriptor(added.Pid(), "status"))
	const want = uint64(launch.ForBecome | 1<<unix.CAP_KILL)
	for _, set := range []string{"CapPrm", "CapEff", "CapBnd"} {
		if line := fmt.Sprintf("%s:\t%016x\n", set, want); err != nil || !strings.Contains(string(status), line) {
			t.Errorf("want %q in %s (%v)", line, status, err)
		}
	}
	if link, err := os.Readlink(descriptor(added.Pid(), fmt.Sprint("fd/", launch.Proc))); err == nil {
		t.Errorf("it has %s open", link)
	}
	read.Read(make([]byte, size))
	if err := entry.await(); err != nil {
		t.Error(err)
	}
	added.Wait()
}

// gate holds those up who are about to execute a file (fanotify(7)).
type gate struct {
	t     *testing.T
	group *os.File
	event unix.FanotifyEventMetadata
}

func holdExecutions(t *testing.T, path string) *gate {
	t.Helper()
	fd, err := unix.FanotifyInit(unix.FAN_CLASS_CONTENT|unix.FAN_CLOEXEC, unix.O_RDONLY)
	if err == nil {
		err = unix.FanotifyMark(fd, unix.FAN_MARK_ADD, unix.FAN_OPEN_EXEC_PERM, unix.AT_FDCWD, path)
	}
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) {
		t.Skipf("this kernel holds no executions up: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	group := os.NewFile(uintptr(fd), "fanotify")
	t.Cleanup(func() { group.Close() }) // lets all go
	return &gate{t: t, group: group}
}

// await waits for one, and gives its pid.
func (g *gate) await() int {
	g.t.Helper()
	text := make([]byte, unsafe.Sizeof(g.event))
	within(g.t, "the execution", func() {
		if _, err := g.group.Read(text); err != nil {
			g.t.Error(err)
		}
	})
	binary.Read(bytes.NewReader(text), binary.NativeEndian, &g.event)
	return int(g.event.Pid)
}

func (g *gate) open() {
	g.t.Helper()
	answer := unix.FanotifyResponse{Fd: g.event.Fd, Response: unix.FAN_ALLOW}
	if err := binary.Write(g.group, binary.NativeEndian, &answer); err != nil {
		g.t.Error(err)
	}
	unix.Close(int(g.event.Fd))
}
