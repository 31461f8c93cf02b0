package fs2

import (
	"crypto/rand"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/moby/sys/mountinfo"
	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/cgroups"
	"mydocker/resource"
)

// unified gives a cgroup in the version 2 hierarchy as on a host that has device
// rules there, even if this host has them elsewhere.
func unified(t *testing.T, rules ...specs.LinuxDeviceCgroup) *Manager {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	mounts, err := mountinfo.GetMounts(mountinfo.FSTypeFilter("cgroup2"))
	if err != nil {
		t.Fatal(err)
	}
	if len(mounts) == 0 {
		t.Skip("needs a version 2 hierarchy")
	}
	hierarchy := cgroups.Hierarchy{Version: 2, Mount: mounts[0].Mountpoint, Root: "/", Controllers: []string{cgroups.Devices}}
	m := New(hierarchy, "mydocker-test-"+rand.Text()[:10]+"/1", &specs.LinuxResources{Devices: rules})
	t.Cleanup(func() {
		if err := m.Remove(); err != nil {
			t.Error(err)
		}
	})
	return m
}

// inside runs a script in the cgroup.
func inside(t *testing.T, m *Manager, script string) string {
	t.Helper()
	directory, err := m.OpenDirectory()
	if err != nil {
		t.Fatal(err)
	}
	defer directory.Close()
	command := exec.Command("/bin/sh", "-c", script)
	command.SysProcAttr = &syscall.SysProcAttr{UseCgroupFD: true, CgroupFD: int(directory.Fd())}
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	text, _ := io.ReadAll(output)
	command.Wait()
	return string(text)
}

func expect(t *testing.T, m *Manager, state resource.State) {
	t.Helper()
	if status, err := m.Check(); err != nil || status.State != state {
		t.Errorf("got %+v, %v, want %s", status, err, state)
	}
}

func TestProgramAllows(t *testing.T) {
	m := unified(t,
		specs.LinuxDeviceCgroup{Access: "rwm"},
		specs.LinuxDeviceCgroup{Allow: true, Type: "c", Access: "m"},
		specs.LinuxDeviceCgroup{Allow: true, Type: "c", Major: new(int64(1)), Minor: new(int64(5)), Access: "r"},
		specs.LinuxDeviceCgroup{Allow: true, Type: "c", Major: new(int64(1)), Minor: new(int64(3)), Access: "rwm"},
	)
	for range 2 { // the second time it is there
		if err := m.Create(); err != nil {
			t.Fatal(err)
		}
	}
	expect(t, m, resource.Present)
	directory := t.TempDir()
	got := inside(t, m, `
		head -c 1 </dev/zero | wc -c
		(echo x >/dev/null) && echo written
		(echo x >/dev/zero) 2>/dev/null || echo write refused
		(head -c 1 <>/dev/zero) 2>/dev/null || echo both refused
		(head -c 1 </dev/full) 2>/dev/null || echo other refused
		mknod `+directory+`/c c 7 77 && echo made
		mknod `+directory+`/b b 7 77 2>/dev/null || echo block refused`)
	if want := "1\nwritten\nwrite refused\nboth refused\nother refused\nmade\nblock refused\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	ids, err := func() ([]uint32, error) {
		directory, err := m.OpenDirectory()
		if err != nil {
			return nil, err
		}
		defer directory.Close()
		return attached(directory)
	}()
	if err != nil || len(ids) != 1 {
		t.Errorf("programs %v, %v; want one", ids, err)
	}
}

func TestProgramDenies(t *testing.T) {
	m := unified(t, specs.LinuxDeviceCgroup{Type: "c", Major: new(int64(1)), Minor: new(int64(5)), Access: "w"})
	if err := m.Create(); err != nil {
		t.Fatal(err)
	}
	got := inside(t, m, `
		head -c 1 </dev/full | wc -c
		head -c 1 </dev/zero | wc -c
		(echo x >/dev/zero) 2>/dev/null || echo write refused
		(head -c 1 <>/dev/zero) 2>/dev/null || echo both refused`)
	if got != "1\n1\nwrite refused\nboth refused\n" {
		t.Errorf("got %q", got)
	}
}

func TestMissingProgramIsNoticed(t *testing.T) {
	m := unified(t, specs.LinuxDeviceCgroup{Access: "rwm"})
	expect(t, m, resource.Absent)
	if err := m.Make(); err != nil {
		t.Fatal(err)
	}
	expect(t, m, resource.Altered)
}

func TestExplainedProgram(t *testing.T) {
	m := unified(t, specs.LinuxDeviceCgroup{Access: "rwm"}, specs.LinuxDeviceCgroup{Allow: true, Type: "c", Major: new(int64(1)), Access: "r"})
	if steps := strings.Join(m.Explain().Create, "\n"); !strings.Contains(steps, "allows only these devices: c 1:* r") {
		t.Errorf("got\n%s", steps)
	}
}

// BenchmarkAttach is what the program adds to a container's start.
func BenchmarkAttach(b *testing.B) {
	var t testing.T
	m := unified(&t, specs.LinuxDeviceCgroup{Access: "rwm"}, specs.LinuxDeviceCgroup{Allow: true, Type: "c", Major: new(int64(1)), Access: "r"})
	if err := m.Make(); err != nil {
		b.Fatal(err)
	}
	defer m.Remove()
	directory, err := m.OpenDirectory()
	if err != nil {
		b.Fatal(err)
	}
	defer directory.Close()
	policy, _, _ := m.devices()
	for b.Loop() {
		fd, err := load("bench", encode(deviceProgram(policy)))
		if err != nil {
			b.Fatal(err)
		}
		os.NewFile(uintptr(fd), "").Close()
	}
}
