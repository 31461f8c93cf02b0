package fs2

import (
	"crypto/rand"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"testing"

	"mydocker/cgroups"
)

// TestKillWithoutKillFile does on a kernel that has cgroup.kill what is left to
// one that is older than 5.14.
func TestKillWithoutKillFile(t *testing.T) {
	m := kernelManager(t)
	if err := m.Create(); err != nil {
		t.Fatal(err)
	}
	directory, err := m.OpenDirectory()
	if err != nil {
		t.Fatal(err)
	}
	defer directory.Close()
	child := exec.Command("/bin/sleep", "600")
	child.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(directory.Fd())}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if err := m.Directory.Kill(); err != nil {
		t.Error(err)
		child.Process.Kill()
	}
	child.Wait()
	if pids, err := m.Processes(); err != nil || len(pids) > 0 {
		t.Errorf("%v are left, error %v", pids, err)
	}
}

// kernelManager gives a cgroup of the real kernel that goes when the test ends.
func kernelManager(t *testing.T) *Manager {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	hierarchies, err := cgroups.Hierarchies()
	if err != nil {
		t.Fatal(err)
	}
	unified := slices.IndexFunc(hierarchies, func(h cgroups.Hierarchy) bool { return h.Version == 2 && h.Has(cgroups.Pids) })
	if unified < 0 {
		t.Skip("needs a version 2 hierarchy with the pids controller")
	}
	m := New(hierarchies[unified], "mydocker-test-"+rand.Text()[:10]+"/1", nil)
	t.Cleanup(func() {
		if err := m.Remove(); err != nil {
			t.Error(err)
		}
	})
	return m
}
