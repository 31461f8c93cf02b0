package tree

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

func mkdir(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestRemoveOfWhatIsGone(t *testing.T) {
	for _, path := range []string{"gone", "gone/below"} {
		if err := Remove(filepath.Join(t.TempDir(), path)); err != nil {
			t.Errorf("removing what is not there: %v", err)
		}
	}
}

func TestRemoveFollowsNoLink(t *testing.T) {
	outside, top := t.TempDir(), mkdir(t, filepath.Join(t.TempDir(), "top"))
	write(t, filepath.Join(outside, "kept"), "kept")
	for link, target := range map[string]string{
		filepath.Join(top, "directory"): outside,
		filepath.Join(top, "file"):      filepath.Join(outside, "kept"),
		filepath.Join(top, "dangling"):  "nowhere",
		filepath.Join(top, "loop"):      "loop",
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	if err := Remove(top); err != nil {
		t.Fatal(err)
	}
	if exists(top) || !exists(filepath.Join(outside, "kept")) {
		t.Error("the tree is still there, or a file outside of it is gone")
	}
}

func TestRemoveOfALinkItself(t *testing.T) {
	outside := t.TempDir()
	write(t, filepath.Join(outside, "kept"), "kept")
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	if err := Remove(link); err != nil {
		t.Fatal(err)
	}
	if exists(link) || !exists(filepath.Join(outside, "kept")) {
		t.Error("the link is still there, or what it leads to is gone")
	}
}

func TestRemoveOfSpecialFiles(t *testing.T) {
	top := mkdir(t, filepath.Join(t.TempDir(), "top"))
	if err := unix.Mkfifo(filepath.Join(top, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	locked := mkdir(t, filepath.Join(top, "work"))
	if os.Geteuid() == 0 {
		write(t, filepath.Join(locked, "file"), "")
		if err := os.Chmod(locked, 0); err != nil {
			t.Fatal(err)
		}
	}
	if err := Remove(top); err != nil || exists(top) {
		t.Errorf("removing a FIFO and a directory of mode 0000: %v", err)
	}
}

// TestRemoveOfADeepTree makes a tree whose path no system call would take.
func TestRemoveOfADeepTree(t *testing.T) {
	top := mkdir(t, filepath.Join(t.TempDir(), "top"))
	makeDeep(t, top, 3000)
	if err := Remove(top); err != nil || exists(top) {
		t.Errorf("removing 3000 nested directories: %v", err)
	}
}

func makeDeep(t *testing.T, top string, levels int) {
	t.Helper()
	fd, err := unix.Open(top, openFlags, 0)
	for i := 0; err == nil && i < levels; i++ {
		name := fmt.Sprintf(".deep-%d", i%3) // the names that removal itself uses
		if err = unix.Mkdirat(fd, name, 0o755); err != nil {
			break
		}
		below, openErr := unix.Openat(fd, name, openFlags, 0)
		unix.Close(fd)
		fd, err = below, openErr
	}
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(fd)
}

// privateMounts gives the test a mount namespace of its own. Its thread ends
// with the test.
func privateMounts(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		t.Fatal(err)
	}
}

func TestRemoveStopsAtMountPoints(t *testing.T) {
	privateMounts(t)
	outside, top := t.TempDir(), mkdir(t, filepath.Join(t.TempDir(), "top"))
	write(t, filepath.Join(outside, "kept"), "kept")
	write(t, filepath.Join(top, "other"), "goes")
	point := mkdir(t, filepath.Join(top, "a", "point"))
	if err := unix.Mount(outside, point, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(point, unix.MNT_DETACH)

	var mounted *MountPointError
	if err := Remove(top); !errors.As(err, &mounted) || mounted.Path != point {
		t.Errorf("got %v, want an error that names %q", err, point)
	}
	if !exists(filepath.Join(outside, "kept")) {
		t.Error("a file behind the mount point is gone")
	}
	if exists(filepath.Join(top, "other")) {
		t.Error("what is not mounted is still there")
	}
}

func TestMountPointsAreSeenWithoutOpenat2(t *testing.T) {
	privateMounts(t)
	top := t.TempDir()
	mkdir(t, filepath.Join(top, "plain"))
	point := mkdir(t, filepath.Join(top, "point"))
	if err := unix.Mount(mkdir(t, filepath.Join(top, "source")), point, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(point, unix.MNT_DETACH)
	parent, err := unix.Open(top, openFlags, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(parent)
	if _, err := openChildByMountID(parent, "point"); !errors.Is(err, unix.EXDEV) {
		t.Errorf("opening a mount point: got %v, want EXDEV", err)
	}
	fd, err := openChildByMountID(parent, "plain")
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(fd)
}
