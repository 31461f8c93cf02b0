package rootfs

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// apart gives the test a mount namespace of its own. Its thread is never used
// for anything else.
func apart(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS | unix.CLONE_FS); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		t.Fatal(err)
	}
}

func attached(t *testing.T, source, target string, recursive bool) tree {
	t.Helper()
	made, err := cloneTree(source, recursive)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { made.Close() })
	place, err := os.OpenFile(target, unix.O_PATH, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer place.Close()
	if err := made.attach(place); err != nil {
		t.Fatal(err)
	}
	return made
}

// Where mount_setattr(2) is missing, mount(2) does the same.
func TestArrangeAttached(t *testing.T) {
	apart(t)
	source, target := t.TempDir(), t.TempDir()
	if err := unix.Mount("tmpfs", source, "tmpfs", unix.MS_NOSUID|unix.MS_NOATIME, ""); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(source, unix.MNT_DETACH)
	made := attached(t, source, target, false)
	defer unix.Unmount(target, unix.MNT_DETACH)
	err := made.arrangeAttached(options{
		attributes:  attributes{set: unix.MOUNT_ATTR_RDONLY | unix.MOUNT_ATTR_NODEV},
		propagation: unix.MS_SHARED,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(target, "x"), nil, 0o644); err == nil {
		t.Error("it can be written to")
	}
	if err := os.WriteFile(filepath.Join(source, "x"), nil, 0o644); err != nil {
		t.Errorf("the source became read-only too: %v", err)
	}
	if got := mountInfo(t, target); !strings.HasPrefix(got, "ro,nosuid,nodev,noatime shared:") {
		t.Errorf("options %q", got)
	}
	if err := made.change(attributes{clear: unix.MOUNT_ATTR_RDONLY}); err != nil {
		t.Fatal(err)
	}
	if err := made.remount(attributes{set: unix.MOUNT_ATTR_NOEXEC, clear: unix.MOUNT_ATTR_NOSUID}); err != nil {
		t.Fatal(err)
	}
	if got := mountInfo(t, target); !strings.HasPrefix(got, "rw,nodev,noexec,noatime ") {
		t.Errorf("options %q", got)
	}
}

// What an old kernel cannot do is an error, not a mount that looks done.
func TestArrangeAttachedRefusesRecursion(t *testing.T) {
	apart(t)
	source, target := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(source, "below"), 0o755); err != nil {
		t.Fatal(err)
	}
	readonly := options{bind: true, recursive: true, below: attributes{set: unix.MOUNT_ATTR_RDONLY}}
	made := attached(t, source, target, true)
	if err := made.arrangeAttached(readonly); err != nil {
		t.Errorf("nothing is mounted below: %v", err)
	}
	unix.Unmount(target, unix.MNT_DETACH)
	if err := unix.Mount("tmpfs", filepath.Join(source, "below"), "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(filepath.Join(source, "below"), unix.MNT_DETACH)
	made = attached(t, source, target, true)
	defer unix.Unmount(target, unix.MNT_DETACH)
	if err := made.arrangeAttached(readonly); err == nil || !strings.Contains(err.Error(), "needs Linux 5.12") {
		t.Errorf("got %v", err)
	}
}

func TestMountOld(t *testing.T) {
	apart(t)
	target := t.TempDir()
	place, err := os.OpenFile(target, unix.O_PATH, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer place.Close()
	wanted, err := parseOptions("tmpfs", []string{"nosuid", "strictatime", "mode=700", "size=64k"})
	if err != nil {
		t.Fatal(err)
	}
	if err := mountOld(place, "tmpfs", "tmpfs", wanted); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(target, unix.MNT_DETACH)
	if got := mountInfo(t, target); !strings.HasPrefix(got, "rw,nosuid ") {
		t.Errorf("options %q", got)
	}
	wanted.data = []string{strings.Repeat("x", os.Getpagesize())}
	if err := mountOld(place, "tmpfs", "tmpfs", wanted); err == nil {
		t.Error("options of a page were accepted")
	}
}

// A value that fsconfig(2) does not take goes the old way.
func TestLongOptions(t *testing.T) {
	apart(t)
	_, err := newFilesystem("overlay", "overlay", options{data: []string{"upperdir=/" + strings.Repeat("x", 256)}})
	if err != errOldInterface {
		t.Errorf("got %v", err)
	}
}

// mountInfo gives the options and optional fields of the mount at a path.
func mountInfo(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile("/proc/thread-self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if fields[4] == path {
			return strings.Join(fields[5:7], " ")
		}
	}
	t.Fatalf("nothing is mounted on %q", path)
	return ""
}
