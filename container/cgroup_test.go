package container

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// cgroup is one that a test made for itself, in the hierarchy that the machine
// has.
type cgroup struct{ directory string }

func newCgroup(t *testing.T) cgroup {
	t.Helper()
	needRoot(t)
	parent := "/sys/fs/cgroup/pids"
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		parent = "/sys/fs/cgroup"
	}
	return newCgroupBelow(t, parent)
}

func newCgroupBelow(t *testing.T, parent string) cgroup {
	t.Helper()
	directory, err := os.MkdirTemp(parent, "mydocker-test-")
	if err != nil {
		t.Skipf("needs a cgroup hierarchy: %v", err)
	}
	t.Cleanup(func() {
		eventually(t, "removing the cgroup", func() bool {
			err := unix.Rmdir(directory)
			return err == nil || err == unix.ENOENT
		})
	})
	return cgroup{directory}
}

func (c cgroup) join(pid int) error {
	return os.WriteFile(filepath.Join(c.directory, "cgroup.procs"), []byte(strconv.Itoa(pid)), 0)
}

func (c cgroup) Join(pid int) error { return c.join(pid) }

// OpenTasks implements Cgroup for version 1.
func (c cgroup) OpenTasks() ([]*os.File, error) {
	list, err := os.OpenFile(filepath.Join(c.directory, "tasks"), os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return []*os.File{list}, err
}

// OpenDirectory implements Cgroup for version 2.
func (c cgroup) OpenDirectory() (*os.File, error) {
	if _, err := os.Stat(filepath.Join(c.directory, "tasks")); err == nil {
		return nil, nil
	}
	return os.Open(c.directory)
}

// OpenDirectoryOf implements Cgroup for a process that is not below.
func (c cgroup) OpenDirectoryOf(int) (*os.File, error) { return c.OpenDirectory() }

// hybridCgroup is one of version 1 with one of version 2 beside it.
type hybridCgroup struct {
	cgroup
	unified cgroup
}

func newHybridCgroup(t *testing.T) hybridCgroup {
	t.Helper()
	needRoot(t)
	for _, file := range []string{"pids/tasks", "unified/cgroup.procs"} {
		if _, err := os.Stat("/sys/fs/cgroup/" + file); err != nil {
			t.Skipf("needs cgroups of both versions: %v", err)
		}
	}
	return hybridCgroup{newCgroupBelow(t, "/sys/fs/cgroup/pids"), newCgroupBelow(t, "/sys/fs/cgroup/unified")}
}

// OpenDirectory implements Cgroup.
func (c hybridCgroup) OpenDirectory() (*os.File, error) { return c.unified.OpenDirectory() }

func (c cgroup) add(t *testing.T, pid int) {
	t.Helper()
	if err := c.join(pid); err != nil {
		t.Fatal(err)
	}
}

// created creates a container, and gives a function that reads all its output.
func created(t *testing.T, cfg Config) (*Process, func() string) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Stdout, cfg.Stderr = write, write
	p, err := Create(cfg)
	write.Close()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.kill()
		read.Close()
	})
	return p, func() string { return drain(t, read) }
}

// A limit on processes counts init's threads too, and must not keep it from
// becoming a program that fits.
func TestTightestProcessLimit(t *testing.T) {
	group := newCgroup(t)
	if err := os.WriteFile(filepath.Join(group.directory, "pids.max"), []byte("1"), 0); err != nil {
		t.Skipf("needs the pids controller: %v", err)
	}
	for range 50 {
		cfg := shell(t, "echo alone; (true) || echo refused")
		p, output := created(t, cfg)
		if err := p.Ready(); err != nil {
			t.Fatal(err)
		}
		group.add(t, p.Pid())
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		p.Wait()
		if text := output(); !strings.HasPrefix(text, "alone\n") {
			t.Fatalf("got %q", text)
		}
	}
}

// A program is in its cgroup before it begins, also where it is all that may be there,
// and sees that one as the top.
func TestProgramBeginsInItsCgroup(t *testing.T) {
	group := newCgroup(t)
	wantInside(t, group, group.directory)
	if err := os.WriteFile(filepath.Join(group.directory, "pids.max"), []byte("1"), 0); err != nil {
		t.Skipf("needs the pids controller: %v", err)
	}
	wantInside(t, group, group.directory)
}

func TestProgramBeginsInCgroupsOfBothVersions(t *testing.T) {
	group := newHybridCgroup(t)
	wantInside(t, group, group.directory, group.unified.directory)
}

func wantInside(t *testing.T, group Cgroup, directories ...string) {
	t.Helper()
	cfg := settings(t, "sleep", "1000")
	cfg.Cgroup = func() (Cgroup, error) { return group, nil }
	p := start(t, cfg)
	outside, err := os.ReadFile(descriptor(p.Pid(), "cgroup"))
	for _, directory := range directories {
		if !strings.Contains(string(outside), filepath.Base(directory)) {
			t.Errorf("it is in %s (%v), not in %q", outside, err, directory)
		}
	}
	inside, err := execOutput(t, p, ExecConfig{Process: script("cat /proc/1/cgroup")})
	if err != nil || strings.Contains(inside, "mydocker-test-") {
		t.Errorf("it sees %s (%v)", inside, err)
	}
	p.kill()
	p.Wait()
}

// Without the cgroup that it should have, a container does not run at all.
func TestCgroupThatCannotBeMade(t *testing.T) {
	cfg := shell(t, "echo runs")
	cfg.Cgroup = func() (Cgroup, error) { return nil, errors.New("no room for a cgroup") }
	within(t, "a start without its cgroup", func() {
		output, _, err := tryRun(t, cfg)
		if err == nil || !strings.Contains(err.Error(), "no room for a cgroup") {
			t.Errorf("starting says %v, want that there is no room", err)
		}
		if output != "" {
			t.Errorf("the program has said %q", output)
		}
	})
}
