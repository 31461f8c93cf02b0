package container

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/rootfs"
)

// mounted gives "point type options" for each mount in mountinfo, without what
// differs from host to host.
func mounted(t *testing.T, cfg Config) []string {
	t.Helper()
	cfg.Spec.Process.Args = []string{"cat", "/proc/self/mountinfo"}
	output, _ := run(t, cfg)
	var lines []string
	for line := range strings.Lines(output) {
		mount, filesystem, _ := strings.Cut(line, " - ")
		fields := strings.Fields(mount)
		lines = append(lines, fmt.Sprintf("%s %s %s", fields[4], strings.Fields(filesystem)[0], fields[5]))
	}
	return lines
}

func TestMountsAreExactlyThose(t *testing.T) {
	cfg := settings(t)
	cfg.Spec.Mounts = slices.DeleteFunc(cfg.Spec.Mounts, func(m specs.Mount) bool { return m.Type == "cgroup" })
	cfg.Spec.Linux.MaskedPaths = []string{"/proc/keys", "/proc/nosuch", "/proc/fs"}
	cfg.Spec.Linux.ReadonlyPaths = []string{"/proc/sys", "/proc/nosuch"}
	// /proc comes last or first, depending on who makes the root.
	want := []string{
		"/ overlay rw,relatime",
		"/proc proc rw,nosuid,nodev,noexec,relatime",
		"/dev tmpfs rw,nosuid",
		"/dev/pts devpts rw,nosuid,noexec,relatime",
		"/sys sysfs ro,nosuid,nodev,noexec,relatime",
		"/dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime",
		"/dev/shm tmpfs rw,nosuid,nodev,noexec,relatime",
		"/proc/keys tmpfs rw,nosuid",
		"/proc/fs tmpfs ro,nosuid,nodev,noexec,relatime",
		"/proc/sys proc ro,nosuid,nodev,noexec,relatime",
	}
	got := mounted(t, cfg)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("mounts:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestCgroupMount(t *testing.T) {
	output, _ := run(t, shell(t,
		"grep ' /sys/fs/cgroup' /proc/mounts | cut -d' ' -f3,4 | cut -d, -f1 | sort -u",
		"mkdir /sys/fs/cgroup/x /sys/fs/cgroup/*/x 2>/dev/null || echo refused",
	))
	version1 := output == "cgroup ro\ntmpfs ro\nrefused\n"
	version2 := output == "cgroup2 ro\nrefused\n"
	if !version1 && !version2 {
		t.Errorf("cgroup mounts:\n%s", output)
	}
}

func TestDevices(t *testing.T) {
	cfg := shell(t, "umask 077", "cd /dev", "stat -c '%n %A %t:%T %u:%g' full null random tty urandom zero net/tun fuse",
		"for link in core fd ptmx stderr stdin stdout; do readlink $link; done", "head -c 3 zero | wc -c", "echo x > null && ls")
	mode, owner := os.FileMode(0o640), uint32(7)
	cfg.Spec.Linux.Devices = []specs.LinuxDevice{
		{Path: "/dev/net/tun", Type: "c", Major: 10, Minor: 200},
		{Path: "/dev/fuse", Type: "c", Major: 10, Minor: 229, FileMode: &mode, UID: &owner, GID: &owner},
		rootfs.DefaultDevices()[0],
	}
	want := `full crw-rw-rw- 1:7 0:0
null crw-rw-rw- 1:3 0:0
random crw-rw-rw- 1:8 0:0
tty crw-rw-rw- 5:0 0:0
urandom crw-rw-rw- 1:9 0:0
zero crw-rw-rw- 1:5 0:0
net/tun crw-rw-rw- a:c8 0:0
fuse crw-r----- a:e5 7:7
/proc/kcore
/proc/self/fd
pts/ptmx
/proc/self/fd/2
/proc/self/fd/0
/proc/self/fd/1
3
core
fd
full
fuse
mqueue
net
null
ptmx
pts
random
shm
stderr
stdin
stdout
tty
urandom
zero
`
	if output, _ := run(t, cfg); output != want {
		t.Errorf("devices:\n%s", output)
	}
}

func TestMaskedAndReadonlyPaths(t *testing.T) {
	output, _ := run(t, shell(t,
		"ls /sys/firmware | wc -l",
		"wc -c < /proc/keys",
		"touch /sys/firmware/x 2>/dev/null || echo refused",
		"echo 1 > /proc/sys/kernel/core_pattern || echo refused",
		"echo b > /proc/sysrq-trigger || echo refused",
		"umount /sys/firmware /proc/sys 2>/dev/null; ls /sys/firmware | wc -l",
	))
	if !strings.HasPrefix(output, "0\n0\nrefused\n") || strings.Count(output, "refused") != 3 {
		t.Errorf("output:\n%s", output)
	}
}

// Everything in a read-only root still is what it was mounted as.
func TestReadonlyRoot(t *testing.T) {
	cfg := shell(t, "touch /x || echo root refused", "touch /data/x && echo data written", "touch /dev/shm/x && echo shm written", "pwd")
	cfg.Spec.Root.Readonly = true
	cfg.Spec.Process.Cwd = "/made/for/it"
	source := t.TempDir()
	cfg.Spec.Mounts = append(cfg.Spec.Mounts, specs.Mount{Destination: "/data", Source: source, Options: []string{"rbind"}})
	output, _ := run(t, cfg)
	for _, want := range []string{"root refused", "data written", "shm written", "/made/for/it"} {
		if !strings.Contains(output, want) {
			t.Errorf("no %q in:\n%s", want, output)
		}
	}
}

func TestBindMounts(t *testing.T) {
	needRoot(t)
	source := t.TempDir()
	if err := os.WriteFile(filepath.Join(source, "file"), []byte("text"), 0o644); err != nil {
		t.Fatal(err)
	}
	// A mount below the source, in a mount namespace that only this test's
	// containers see, would need one more process; a tmpfs here is undone.
	below := filepath.Join(source, "below")
	if err := os.Mkdir(below, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", below, "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount(below, unix.MNT_DETACH) })
	tests := []struct {
		name    string
		options []string
		script  string
		want    string
	}{
		{"writable", []string{"rbind", "rw"}, "cat /m/file; echo y > /m/below/y && echo w", "textw\n"},
		{"read-only", []string{"rbind", "ro"}, "echo x > /m/x || echo r; echo x > /m/below/x || echo r", "r\nr\n"},
		{"not recursive", []string{"bind"}, "ls -A /m/below | wc -l", "0\n"},
		{"not recursive but read-only", []string{"bind", "ro"}, "echo x > /m/x || echo r", "r\n"},
		{"recursive words", []string{"rbind", "rro", "rnoexec"}, "grep -c ' /m.* ro,.*noexec' /proc/mounts", "2\n"},
		{"nosuid nodev noexec", []string{"bind", "nosuid", "nodev", "noexec"}, "grep ' /m ' /proc/mounts | cut -d' ' -f4 | cut -d, -f1-4", "rw,nosuid,nodev,noexec\n"},
		{"noatime", []string{"bind", "noatime"}, "grep -c ' /m .*noatime' /proc/mounts", "1\n"},
		{"private by default", []string{"rbind"}, "grep ' /m ' /proc/self/mountinfo | cut -d' ' -f7", "-\n"},
		{"shared", []string{"rbind", "rshared"}, "grep ' /m ' /proc/self/mountinfo | cut -d' ' -f7 | cut -d: -f1", "shared\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := shell(t, "exec 2>/dev/null", test.script)
			cfg.Spec.Mounts = append(cfg.Spec.Mounts, specs.Mount{Destination: "/m", Source: source, Options: test.options})
			if output, _ := run(t, cfg); output != test.want {
				t.Errorf("got %q, want %q", output, test.want)
			}
		})
	}
}

func TestFileBind(t *testing.T) {
	needRoot(t)
	source := filepath.Join(t.TempDir(), "resolv.conf")
	if err := os.WriteFile(source, []byte("nameserver 192.0.2.1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg := shell(t, "cat /etc/resolv.conf /deep/er/file", "ls -ld /deep")
	for _, destination := range []string{"/etc/resolv.conf", "/deep/er/file"} {
		cfg.Spec.Mounts = append(cfg.Spec.Mounts, specs.Mount{Destination: destination, Type: "bind", Source: source, Options: []string{"ro"}})
	}
	output, _ := run(t, cfg)
	if strings.Count(output, "nameserver 192.0.2.1\n") != 2 || !strings.Contains(output, "drwxr-xr-x") {
		t.Errorf("output:\n%s", output)
	}
}

func TestTmpfsTakesOptionsAndMode(t *testing.T) {
	cfg := shell(t, "mkdir -p /a", "stat -c %a /tmp /small /fresh; df -k /small | tail -1 | awk '{print $2}'")
	if err := os.MkdirAll(filepath.Join(upper(cfg), "tmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	os.Chmod(filepath.Join(upper(cfg), "tmp"), 0o777|os.ModeSticky)
	cfg.Spec.Mounts = append(cfg.Spec.Mounts,
		specs.Mount{Destination: "/tmp", Type: "tmpfs", Source: "tmpfs"},
		specs.Mount{Destination: "/small", Type: "tmpfs", Source: "tmpfs", Options: []string{"size=64k", "mode=700"}},
		specs.Mount{Destination: "/fresh", Type: "tmpfs", Source: "tmpfs"},
	)
	if output, _ := run(t, cfg); output != "1777\n700\n1777\n64\n" {
		t.Errorf("got %q", output)
	}
}

func TestRemount(t *testing.T) {
	cfg := shell(t, "touch /dev/shm/x 2>/dev/null || echo refused")
	cfg.Spec.Mounts = append(cfg.Spec.Mounts, specs.Mount{Destination: "/dev/shm", Options: []string{"remount", "ro"}})
	if output, _ := run(t, cfg); output != "refused\n" {
		t.Errorf("got %q", output)
	}
}

func TestRootByBind(t *testing.T) {
	cfg := shell(t, "touch /made-here && mount | head -1 | cut -d' ' -f3")
	root := t.TempDir()
	if err := fillImage(root); err != nil {
		t.Fatal(err)
	}
	cfg.Rootfs = specs.Mount{Type: "bind", Source: root, Options: []string{"rbind"}}
	if output, status := run(t, cfg); output != "/\n" || status != 0 {
		t.Errorf("got %q, status %d", output, status)
	}
	if _, err := os.Stat(filepath.Join(root, "made-here")); err != nil {
		t.Error(err)
	}
}

// Names that mean something in option strings, and more layers than fit a
// page, are nothing special.
func TestOverlayLayers(t *testing.T) {
	needRoot(t)
	base := filepath.Join(t.TempDir(), strings.Repeat("long", 50))
	var lower []string
	for i := range 60 {
		layer := filepath.Join(base, fmt.Sprintf("layer,%d:x", i))
		if err := os.MkdirAll(filepath.Join(layer, fmt.Sprint("from", i)), 0o755); err != nil {
			t.Fatal(err)
		}
		lower = append(lower, strings.ReplaceAll(layer, ":", `\:`))
	}
	cfg := shell(t, "ls -d /from* | wc -l")
	cfg.Rootfs.Options[0] = "lowerdir=" + image + ":" + strings.Join(lower, ":")
	output, _, err := tryRun(t, cfg)
	if err != nil && strings.Contains(err.Error(), "this kernel takes less than") {
		t.Skip("a kernel before 6.7 takes all layers in one page")
	}
	if err != nil || output != "60\n" {
		t.Errorf("%s layers in sight, %v", output, err)
	}
}

func TestFailedMountStopsTheProgram(t *testing.T) {
	tests := []struct {
		name  string
		mount specs.Mount
		words string
	}{
		{"unknown type", specs.Mount{Destination: "/m", Type: "nosuchfs"}, `filesystem type "nosuchfs": not known`},
		{"bad option", specs.Mount{Destination: "/m", Type: "tmpfs", Options: []string{"size=huge"}}, "size"},
		{"missing source", specs.Mount{Destination: "/m", Source: "/no/such", Options: []string{"bind"}}, `mounting "/no/such" on "/m": opening the source: no such file`},
		{"file on directory", specs.Mount{Destination: "/root", Source: "/etc/passwd", Options: []string{"bind"}}, "not a directory"},
		{"directory on file", specs.Mount{Destination: "/etc/passwd", Source: "/tmp", Options: []string{"bind"}}, "not a directory"},
		{"nothing to remount", specs.Mount{Destination: "/root", Options: []string{"remount", "ro"}}, "nothing is mounted there"},
		{"over procfs", specs.Mount{Destination: "/proc", Type: "tmpfs"}, "only proc may be mounted"},
		{"other directory as procfs", specs.Mount{Destination: "/proc", Source: "/tmp", Options: []string{"bind"}}, "only proc may be mounted"},
		{"in procfs", specs.Mount{Destination: "/proc/self/attr", Source: "/tmp", Options: []string{"bind"}}, "below /proc are refused"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			cfg := shell(t, "echo ran > /ran")
			cfg.Spec.Mounts = append(cfg.Spec.Mounts, test.mount)
			_, _, err := tryRun(t, cfg)
			wantStartError(t, err, 125, test.words)
			if _, err := os.Stat(filepath.Join(upper(cfg), "ran")); err == nil {
				t.Error("the program ran")
			}
		})
	}
}

func TestFailedRootStopsTheProgram(t *testing.T) {
	cfg := settings(t, "true")
	cfg.Rootfs.Options[0] = "lowerdir=/no/such/layer"
	_, _, err := tryRun(t, cfg)
	wantStartError(t, err, 125, "mounting the root (overlay)")
	cfg = settings(t, "true")
	cfg.Rootfs = specs.Mount{Type: "bind", Source: "/no/such"}
	_, _, err = tryRun(t, cfg)
	wantStartError(t, err, 125, `opening root directory "/no/such"`)
}

func TestRootPropagation(t *testing.T) {
	for word, want := range map[string]string{"private": "-", "rshared": "shared", "runbindable": "unbindable"} {
		cfg := shell(t, "grep ' / / ' /proc/self/mountinfo | cut -d' ' -f7 | cut -d: -f1")
		cfg.Spec.Linux.RootfsPropagation = word
		if output, _ := run(t, cfg); strings.TrimSpace(output) != want {
			t.Errorf("%s: got %q, want %q", word, output, want)
		}
	}
}
