package manager_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/cgroups"
	"mydocker/cgroups/manager"
	"mydocker/resource"
)

// needFreezer skips where nothing can stop processes.
func needFreezer(t *testing.T) {
	t.Helper()
	_, found, err := cgroups.FindFreezer()
	if err != nil {
		t.Fatal(err)
	}
	if !found && find(t, cgroups.Pids).Version != 2 {
		t.Skip("needs cgroup version 2 or the freezer of version 1")
	}
}

// restless is a program in a cgroup that forks all the time, and writes a byte
// to a file in each of its children.
func restless(t *testing.T, cgroup *manager.Cgroup) (size func() int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "written")
	child := exec.Command("sh", "-c", "read go; while :; do (printf x >>"+path+"); done")
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: unix.SIGKILL}
	input, err := child.StdinPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cgroup.Kill()
		child.Process.Kill()
		child.Wait()
	})
	if err := cgroup.Join(child.Process.Pid); err != nil {
		t.Fatal(err)
	}
	input.Write([]byte("go\n"))
	return func() int64 {
		info, err := os.Stat(path)
		if errors.Is(err, os.ErrNotExist) {
			return 0
		}
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
}

// aWhile is long enough for a restless program to show itself.
func aWhile(t *testing.T) {
	t.Helper()
	if err := exec.Command("sh", "-c", "for i in 1 2 3 4 5 6 7 8 9 10; do (true); done").Run(); err != nil {
		t.Fatal(err)
	}
}

func freezeState(t *testing.T, f *manager.Freeze) resource.State {
	t.Helper()
	status, err := f.Check()
	if err != nil {
		t.Fatal(err)
	}
	return status.State
}

func TestFreeze(t *testing.T) {
	needFreezer(t)
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	written := restless(t, cgroup)
	eventually(t, "the program writes", func() bool { return written() > 5 })
	f := &manager.Freeze{Cgroup: cgroup}
	if state := freezeState(t, f); state != resource.Absent {
		t.Errorf("before: %s", state)
	}
	for range 2 { // both verbs may come twice
		if err := f.Create(); err != nil {
			t.Fatal(err)
		}
	}
	before := written()
	aWhile(t)
	if after := written(); after != before {
		t.Errorf("frozen, it wrote %d bytes", after-before)
	}
	if state := freezeState(t, f); state != resource.Present {
		t.Errorf("meanwhile: %s", state)
	}
	for range 2 {
		if err := f.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the program goes on", func() bool { return written() > before })
	if state := freezeState(t, f); state != resource.Absent {
		t.Errorf("after: %s", state)
	}
	if hierarchy, found, _ := cgroups.FindFreezer(); found {
		if _, err := os.Stat(filepath.Join(hierarchy.Mount, cgroup.Path)); err == nil {
			t.Error("a cgroup of the freezer is left over")
		}
	}
}

// TestFreezeOfNothing freezes a cgroup without processes.
func TestFreezeOfNothing(t *testing.T) {
	needFreezer(t)
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	f := &manager.Freeze{Cgroup: cgroup}
	if err := errors.Join(f.Create(), f.Remove(), f.Remove()); err != nil {
		t.Error(err)
	}
}

// TestExplainedFreezeIsTheOneThatIsMade, in the version that Create and Remove choose.
func TestExplainedFreezeIsTheOneThatIsMade(t *testing.T) {
	needFreezer(t)
	cgroup := newCgroup(t, zeroOnly())
	create(t, cgroup)
	f := &manager.Freeze{Cgroup: cgroup}
	steps := f.Explain()
	bash(t, nil, steps.Create)
	if state := freezeState(t, f); state != resource.Present {
		t.Errorf("after %q: %s", steps.Create, state)
	}
	bash(t, nil, steps.Remove)
	if state := freezeState(t, f); state != resource.Absent {
		t.Errorf("after %q: %s", steps.Remove, state)
	}
	if err := f.Remove(); err != nil {
		t.Error(err)
	}
}

// TestThawOfAFrozenCgroupThatIsGone thaws what has been removed meanwhile.
func TestThawOfAFrozenCgroupThatIsGone(t *testing.T) {
	needFreezer(t)
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	f := &manager.Freeze{Cgroup: cgroup}
	if err := errors.Join(f.Create(), cgroup.Remove(), f.Remove()); err != nil {
		t.Error(err)
	}
}
