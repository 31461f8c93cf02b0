package manager_test

import (
	"bufio"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"mydocker/cgroups"
	"mydocker/cgroups/manager"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// The tests of this file and its neighbours talk to the kernel, whichever
// version of cgroups it offers, in cgroups of their own:
// mydocker-test-<random>/<name>.

// patience bounds every wait for the kernel; an emulated machine is slow.
const patience = 20 * time.Second

// eatMemory makes this test binary a program that fills memory.
const eatMemory = "MYDOCKER_TEST_EAT_MEMORY"

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(eatMemory) != "":
		eat()
		return
	case os.Getenv(forkBomb) != "":
		explode()
		return
	case os.Getenv(runNested) != "":
		nested()
		return
	}
	os.Exit(m.Run())
}

// eat waits for a line on stdin, then touches 256 MiB.
func eat() {
	bufio.NewReader(os.Stdin).ReadString('\n')
	for i, block := 0, make([]byte, 256<<20); i < len(block); i += 4096 {
		block[i] = 1
	}
	fmt.Println("survived")
}

// newCgroup gives a cgroup that does not exist yet. When the test ends, neither
// it nor its parent may.
func newCgroup(t *testing.T, limits *specs.LinuxResources) *manager.Cgroup {
	t.Helper()
	return sibling(t, "mydocker-test-"+rand.Text()[:10], "1", limits)
}

func sibling(t *testing.T, parent, name string, limits *specs.LinuxResources) *manager.Cgroup {
	t.Helper()
	needControllers(t, cgroups.Pids, cgroups.Memory, cgroups.CPU)
	cgroup := &manager.Cgroup{Path: parent + "/" + name, Limits: limits}
	t.Cleanup(func() {
		if err := cgroup.Remove(); err != nil {
			t.Error(err)
		}
		for _, mount := range mounts(t) {
			if _, err := os.Stat(filepath.Join(mount, cgroup.Path)); err == nil {
				t.Errorf("%q is left over below %q", cgroup.Path, mount)
			}
		}
	})
	return cgroup
}

func needControllers(t *testing.T, controllers ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	for _, controller := range controllers {
		if find(t, controller).Mount == "" {
			t.Skipf("needs a cgroup hierarchy with the %s controller", controller)
		}
	}
}

// find gives the hierarchy that has a controller, an empty one when none has.
func find(t *testing.T, controller string) cgroups.Hierarchy {
	t.Helper()
	hierarchies, err := manager.Hierarchies()
	if err != nil {
		t.Fatal(err)
	}
	for _, hierarchy := range hierarchies {
		if hierarchy.Has(controller) {
			return hierarchy
		}
	}
	return cgroups.Hierarchy{}
}

func mounts(t *testing.T) []string {
	t.Helper()
	hierarchies, err := manager.Hierarchies()
	if err != nil {
		t.Fatal(err)
	}
	var mounts []string
	for _, hierarchy := range hierarchies {
		mounts = append(mounts, hierarchy.Mount)
	}
	return mounts
}

// file is the path of a controller's file in the cgroup.
func file(t *testing.T, cgroup *manager.Cgroup, controller, v1, v2 string) string {
	t.Helper()
	hierarchy := find(t, controller)
	name := v1
	if hierarchy.Version == 2 {
		name = v2
	}
	return filepath.Join(hierarchy.Mount, cgroup.Path, name)
}

func create(t *testing.T, cgroup *manager.Cgroup) {
	t.Helper()
	if err := cgroup.Create(); err != nil {
		t.Fatal(err)
	}
}

// program is a child that waits for Go before it does its work.
type program struct {
	*exec.Cmd
	stdin  io.WriteCloser
	output strings.Builder
}

// shell starts /bin/sh with a script that runs after Go.
func shell(t *testing.T, script string) *program {
	t.Helper()
	return start(t, exec.Command("/bin/sh", "-c", "read line; "+script))
}

func start(t *testing.T, command *exec.Cmd) *program {
	t.Helper()
	child := &program{Cmd: command}
	child.Stdout, child.Stderr = &child.output, &child.output
	child.WaitDelay = patience
	var err error
	if child.stdin, err = child.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		child.Process.Kill()
		child.Wait()
	})
	return child
}

// Go lets the program go on, inside the cgroup.
func (p *program) Go(t *testing.T, cgroup *manager.Cgroup) {
	t.Helper()
	if err := cgroup.Join(p.Process.Pid); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(p.stdin, "go\n"); err != nil {
		t.Fatal(err)
	}
}

// Result waits for the end and gives signal (or 0) and output.
func (p *program) Result() (syscall.Signal, string) {
	p.Wait()
	status := p.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return status.Signal(), p.output.String()
	}
	return 0, p.output.String()
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !so(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not so after %v: %s", patience, what)
		}
	}
}

func processes(t *testing.T, cgroup *manager.Cgroup) []int {
	t.Helper()
	pids, err := cgroup.Processes()
	if err != nil {
		t.Fatal(err)
	}
	return pids
}

func contains(t *testing.T, cgroup *manager.Cgroup, pid int) bool {
	t.Helper()
	return slices.Contains(processes(t, cgroup), pid)
}

func pointer[T any](value T) *T { return &value }
