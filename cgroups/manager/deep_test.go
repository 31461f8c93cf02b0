package manager_test

import (
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/resource"
)

// TestRemovalOfCgroupsThatNoPathReaches: a container that may write to its
// cgroups nests them until they are deeper than a path may be long.
func TestRemovalOfCgroupsThatNoPathReaches(t *testing.T) {
	cgroup := newCgroup(t, nil)
	create(t, cgroup)
	child := shell(t, "read line")
	for _, mount := range mounts(t) {
		if directory := filepath.Join(mount, cgroup.Path); exists(directory) {
			joinDeep(t, directory, child.Process.Pid)
		}
	}
	if !contains(t, cgroup, child.Process.Pid) {
		t.Errorf("%v is without the deep %d", processes(t, cgroup), child.Process.Pid)
	}
	if err := cgroup.Remove(); err != nil {
		t.Fatalf("%.300s", err)
	}
	if signal, _ := child.Result(); signal != syscall.SIGKILL {
		t.Errorf("the deep process ended with %v", signal)
	}
	expect(t, cgroup, resource.Absent)
}

// joinDeep makes 25 cgroups in each other, with names of 200 characters and a
// neighbour for each, and moves a process into the last one.
func joinDeep(t *testing.T, top string, pid int) {
	t.Helper()
	at, err := unix.Open(top, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	for level := 0; err == nil && level < 25; level++ {
		name := strings.Repeat("x", 200)
		if err = unix.Mkdirat(at, name, 0o755); err == nil {
			err = unix.Mkdirat(at, "neighbour", 0o755)
		}
		below, openErr := unix.Openat(at, name, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		unix.Close(at)
		if at = below; err == nil {
			err = openErr
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(at)
	list, err := unix.Openat(at, "cgroup.procs", unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(list)
	if _, err := unix.Write(list, []byte(strconv.Itoa(pid))); err != nil {
		t.Fatal(err)
	}
}
