package layer

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/tree"
)

func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// copyOf copies a tree and gives the path of the copy and its size.
func copyOf(t *testing.T, source string) (string, int64) {
	t.Helper()
	destination := t.TempDir()
	size, err := Copy(source, destination)
	must(t, err)
	return destination, size
}

func lstat(t *testing.T, path string) unix.Stat_t {
	t.Helper()
	var stat unix.Stat_t
	must(t, unix.Lstat(path, &stat))
	return stat
}

// same compares what describes two files, all but inode and access.
func same(t *testing.T, one, other string) {
	t.Helper()
	a, b := lstat(t, one), lstat(t, other)
	describe := func(s unix.Stat_t) string {
		return fmt.Sprintf("mode %o owner %d:%d device %d links %d size %d modified %v", s.Mode, s.Uid, s.Gid, s.Rdev, s.Nlink, s.Size, s.Mtim)
	}
	if a.Mode&unix.S_IFMT == unix.S_IFDIR {
		a.Nlink, a.Size, b.Nlink, b.Size = 0, 0, 0, 0
	}
	if describe(a) != describe(b) {
		t.Errorf("%s has %s, its copy %s", one, describe(a), describe(b))
	}
}

func TestCopyKeepsAll(t *testing.T) {
	source := t.TempDir()
	at := func(name string) string { return filepath.Join(source, name) }
	must(t, os.MkdirAll(at("d/below"), 0o755))
	must(t, os.WriteFile(at("d/file"), []byte("content"), 0o644))
	must(t, os.Chmod(at("d/file"), 0o600|os.ModeSetuid))
	must(t, os.Symlink("/etc/passwd", at("link")))
	must(t, unix.Mkfifo(at("fifo"), 0o622))
	must(t, os.Link(at("d/file"), at("d/below/again")))
	must(t, os.Chmod(at("d"), 0o711|os.ModeSticky))
	must(t, os.Chmod(source, 0o751))
	old := time.Date(2001, 2, 3, 4, 5, 6, 789, time.UTC)
	for _, name := range []string{"d/file", "d/below", "d", "."} {
		must(t, os.Chtimes(at(name), old, old))
	}
	copied, size := copyOf(t, source)
	for _, name := range []string{".", "d", "d/file", "d/below", "d/below/again", "link", "fifo"} {
		same(t, at(name), filepath.Join(copied, name))
	}
	if size != int64(len("content")) {
		t.Errorf("got size %d", size)
	}
	if target, err := os.Readlink(filepath.Join(copied, "link")); err != nil || target != "/etc/passwd" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	one, other := lstat(t, filepath.Join(copied, "d/file")), lstat(t, filepath.Join(copied, "d/below/again"))
	if one.Ino != other.Ino {
		t.Error("the hard links are two files")
	}
}

func TestCopyKeepsWhatRootMade(t *testing.T) {
	needsRoot(t)
	source := t.TempDir()
	at := func(name string) string { return filepath.Join(source, name) }
	must(t, unix.Mknod(at("whiteout"), unix.S_IFCHR, 0))
	must(t, unix.Mknod(at("null"), unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))))
	must(t, os.Mkdir(at("opaque"), 0o755))
	must(t, os.WriteFile(at("owned"), nil, 0o644))
	must(t, os.Lchown(at("owned"), 1234, 5678))
	must(t, os.Chmod(at("owned"), 0o755|os.ModeSetuid))
	must(t, os.Symlink("x", at("link")))
	must(t, os.Lchown(at("link"), 1, 2))
	must(t, unix.Setxattr(at("opaque"), "trusted.overlay.opaque", []byte("y"), 0))
	must(t, unix.Setxattr(at("opaque"), "trusted.overlay.origin", []byte("an inode"), 0))
	must(t, unix.Setxattr(at("opaque"), "trusted.overlay.overlay.opaque", []byte("y"), 0))
	must(t, unix.Setxattr(at("owned"), "user.long", bytes.Repeat([]byte("x"), 1000), 0))
	must(t, unix.Lsetxattr(at("link"), "trusted.note", []byte("on a link"), 0))
	copied, _ := copyOf(t, source)
	for _, name := range []string{"whiteout", "null", "opaque", "owned", "link"} {
		same(t, at(name), filepath.Join(copied, name))
	}
	for _, test := range []struct {
		name, attribute string
		kept            bool
	}{
		{"opaque", "trusted.overlay.opaque", true},
		{"opaque", "trusted.overlay.overlay.opaque", true},
		{"opaque", "trusted.overlay.origin", false},
		{"owned", "user.long", true},
		{"link", "trusted.note", true},
	} {
		_, err := unix.Lgetxattr(filepath.Join(copied, test.name), test.attribute, nil)
		if (err == nil) != test.kept {
			t.Errorf("%s of %s: %v", test.attribute, test.name, err)
		}
	}
}

func TestCopyRefusesAnotherOverlaysUpper(t *testing.T) {
	needsRoot(t)
	source := t.TempDir()
	must(t, unix.Setxattr(source, "trusted.overlay.redirect", []byte("/elsewhere"), 0))
	if _, err := Copy(source, t.TempDir()); err == nil || !strings.Contains(err.Error(), "redirect") {
		t.Errorf("got %v, want an error about the redirect", err)
	}
}

func TestSocketsAreLeftOut(t *testing.T) {
	source := t.TempDir()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	must(t, err)
	defer unix.Close(fd)
	t.Chdir(source) // the path of a socket must be short
	must(t, unix.Bind(fd, &unix.SockaddrUnix{Name: "socket"}))
	copied, _ := copyOf(t, source)
	if entries, err := os.ReadDir(copied); err != nil || len(entries) > 0 {
		t.Errorf("got %v, %v", entries, err)
	}
}

func TestHolesStayHoles(t *testing.T) {
	source := t.TempDir()
	path := filepath.Join(source, "sparse")
	f, err := os.Create(path)
	must(t, err)
	defer f.Close()
	for _, offset := range []int64{100, 5 << 20, 10<<20 - 3} {
		_, err := f.WriteAt([]byte("data"), offset)
		must(t, err)
	}
	must(t, f.Truncate(30<<20))
	copied, size := copyOf(t, source)
	if size != 30<<20 {
		t.Errorf("got size %d", size)
	}
	one, err := os.ReadFile(path)
	must(t, err)
	other, err := os.ReadFile(filepath.Join(copied, "sparse"))
	must(t, err)
	if !bytes.Equal(one, other) {
		t.Error("the content differs")
	}
	if stat := lstat(t, filepath.Join(copied, "sparse")); stat.Blocks*512 > 1<<20 {
		t.Errorf("the copy takes %d bytes on the disk", stat.Blocks*512)
	}
}

// TestCopyToAnotherFileSystem shows the way without copy_file_range.
func TestCopyToAnotherFileSystem(t *testing.T) {
	needsRoot(t)
	runtime.LockOSThread()
	must(t, unix.Unshare(unix.CLONE_NEWNS))
	must(t, unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""))
	source, destination := t.TempDir(), t.TempDir()
	must(t, unix.Mount("tmpfs", destination, "tmpfs", 0, ""))
	defer unix.Unmount(destination, unix.MNT_DETACH)
	text := strings.Repeat("content ", 100000)
	must(t, os.WriteFile(filepath.Join(source, "file"), []byte(text), 0o644))
	_, err := Copy(source, destination)
	must(t, err)
	if data, err := os.ReadFile(filepath.Join(destination, "file")); err != nil || string(data) != text {
		t.Errorf("the content differs: %v", err)
	}
}

func TestCopyIsNotTooDeep(t *testing.T) {
	source := t.TempDir()
	fd, err := unix.Open(source, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	must(t, err)
	for range tree.MaxDepth + 10 {
		must(t, unix.Mkdirat(fd, "d", 0o755))
		below, err := unix.Openat(fd, "d", unix.O_RDONLY|unix.O_DIRECTORY, 0)
		must(t, err)
		unix.Close(fd)
		fd = below
	}
	unix.Close(fd)
	destination := t.TempDir()
	defer tree.Remove(source)
	defer tree.Remove(destination)
	if _, err := Copy(source, destination); err == nil || !strings.Contains(err.Error(), "deeper than") {
		t.Errorf("got %v", err)
	}
}
