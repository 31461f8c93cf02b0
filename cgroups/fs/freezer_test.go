package fs

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/cgroups"
	"mydocker/cgroups/cgroupfs"
)

// sleeper is a process that does nothing until the test ends.
func sleeper(t *testing.T) *exec.Cmd {
	t.Helper()
	child := exec.Command("sleep", "600")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		child.Process.Kill()
		child.Wait()
	})
	return child
}

// take has a freezer take what is listed, once and then another time, and gives
// what it has written.
func take(t *testing.T, lists ...func() []int) string {
	t.Helper()
	hierarchy := tree(t, cgroups.Freezer, map[string]string{"a/cgroup.procs": ""})
	freezer := NewFreezer(hierarchy, "a", "")
	_, err := freezer.take(func() ([]int, error) {
		pids := lists[0]()
		lists = lists[1:]
		return pids, nil
	})
	if err != nil {
		t.Error(err)
	}
	return content(t, hierarchy, "a/cgroup.procs")
}

func TestTheFreezerTakesNoStrangers(t *testing.T) {
	child := sleeper(t)
	pid := child.Process.Pid
	nobody := func() []int { return nil }
	listed := func() []int { return []int{pid} }
	if taken := take(t, listed, listed); taken != strconv.Itoa(pid) {
		t.Errorf("of a process that is listed twice it takes %q", taken)
	}
	if taken := take(t, listed, nobody); taken != "" {
		t.Errorf("the process has ended and its pid is a stranger's; it takes %q", taken)
	}
	dying := func() []int {
		child.Process.Kill()
		unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		return listed()
	}
	if taken := take(t, listed, dying); taken != "" {
		t.Errorf("whoever had the pid when it was held is dead; it takes %q", taken)
	}
}

// A pid that went to a stranger while it was being moved.
func TestTheFreezerGivesAStrangerBack(t *testing.T) {
	for inside, want := range map[string]string{"7\n4711\n": "4711", "7\n": ""} {
		hierarchy := tree(t, cgroups.Freezer, map[string]string{"a/cgroup.procs": inside})
		freezer := NewFreezer(hierarchy, "a", "")
		home, err := freezer.home()
		if err == nil {
			err = errors.Join(os.MkdirAll(home, 0o755), os.WriteFile(home+"/cgroup.procs", nil, 0o644))
		}
		if err == nil {
			err = freezer.giveBack(4711)
		}
		if err != nil {
			t.Fatal(err)
		}
		if got, err := cgroupfs.Read(home, "cgroup.procs"); got != want || err != nil {
			t.Errorf("with %q inside %q is given back, %v", inside, got, err)
		}
	}
}
