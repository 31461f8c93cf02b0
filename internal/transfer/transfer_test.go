package transfer

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/internal/rival"
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

func handleOf(t *testing.T, path string) *os.File {
	t.Helper()
	fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	must(t, err)
	file := os.NewFile(uintptr(fd), path)
	t.Cleanup(func() { file.Close() })
	return file
}

func all(string) (bool, error) { return true, nil }

// entry copies a path to a name in a directory.
func entry(t *testing.T, from, to, name string, options Options) error {
	t.Helper()
	options.Keeps = all
	_, err := Entry(handleOf(t, from), handleOf(t, to), name, options)
	return err
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, []byte(content), 0o644))
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	must(t, err)
	return string(content)
}

func TestMergeFillsAndReplaces(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, from+"/d/new", "new")
	write(t, from+"/d/both", "new")
	must(t, os.Symlink("target", from+"/d/link"))
	write(t, to+"/d/old", "old")
	write(t, to+"/d/both", "old")
	write(t, to+"/d/link", "old")
	must(t, os.Link(to+"/d/both", to+"/twin"))
	must(t, entry(t, from+"/d", to, "d", Options{Merge: true}))
	for path, want := range map[string]string{"/d/new": "new", "/d/both": "new", "/d/old": "old", "/twin": "old"} {
		if got := read(t, to+path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if target, err := os.Readlink(to + "/d/link"); err != nil || target != "target" {
		t.Errorf("the link leads to %q, %v", target, err)
	}
}

func TestMergeReplacesNoDirectory(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, from+"/file", "x")
	write(t, from+"/directory/x", "x")
	write(t, to+"/directory/kept", "kept")
	must(t, os.Symlink(t.TempDir(), to+"/link"))
	write(t, to+"/file", "kept")
	for _, test := range []struct{ from, name, want string }{
		{"/file", "directory", "place of a directory"},
		{"/directory", "file", "place of a file"},
		{"/directory", "link", "place of a file"},
	} {
		err := entry(t, from+test.from, to, test.name, Options{Merge: true})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s to %s: %v", test.from, test.name, err)
		}
	}
	if read(t, to+"/directory/kept") != "kept" || read(t, to+"/file") != "kept" {
		t.Error("something was replaced")
	}
}

// TestMergeReplacesNoDevice keeps a pipe and a device, unless their like comes.
func TestMergeReplacesNoDevice(t *testing.T) {
	needsRoot(t)
	from, to := t.TempDir(), t.TempDir()
	write(t, from+"/file", "x")
	must(t, os.Symlink("target", from+"/link"))
	must(t, unix.Mkfifo(from+"/pipe", 0o600))
	must(t, unix.Mkfifo(to+"/pipe", 0o644))
	must(t, unix.Mknod(to+"/device", unix.S_IFCHR|0o600, int(unix.Mkdev(1, 7))))
	for _, test := range []struct{ from, name string }{{"/file", "pipe"}, {"/file", "device"}, {"/link", "device"}, {"/pipe", "device"}} {
		err := entry(t, from+test.from, to, test.name, Options{Merge: true})
		if err == nil || !strings.Contains(err.Error(), "device, pipe or socket") {
			t.Errorf("%s to %s: %v", test.from, test.name, err)
		}
	}
	must(t, entry(t, from+"/pipe", to, "pipe", Options{Merge: true}))
	var stat unix.Stat_t
	must(t, unix.Lstat(to+"/device", &stat))
	if stat.Rdev != unix.Mkdev(1, 7) {
		t.Errorf("the device is %d now", stat.Rdev)
	}
}

// TestGivenAway copies a set-user-ID program with capabilities to another owner,
// and then to the same.
func TestGivenAway(t *testing.T) {
	needsRoot(t)
	from, to := t.TempDir(), t.TempDir()
	program := write(t, from+"/program", "x")
	capability := "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" // NET_RAW, vfs_cap_data
	must(t, os.Lchown(program, 33, 33))
	must(t, unix.Setxattr(program, "security.capability", []byte(capability), 0))
	must(t, unix.Chmod(program, 0o6755))
	for name, want := range map[string]struct {
		owner *Owner
		mode  uint32
		caps  bool
	}{
		"same":  {nil, 0o6755, true},
		"named": {&Owner{33, 33}, 0o6755, true},
		"other": {&Owner{0, 0}, 0o755, false},
		"group": {&Owner{33, 0}, 0o755, false},
	} {
		must(t, entry(t, program, to, name, Options{Owner: want.owner}))
		var stat unix.Stat_t
		must(t, unix.Stat(to+"/"+name, &stat))
		_, err := unix.Getxattr(to+"/"+name, "security.capability", nil)
		if stat.Mode&0o7777 != want.mode || (err == nil) != want.caps {
			t.Errorf("%s: mode %o, capabilities %v", name, stat.Mode&0o7777, err == nil)
		}
	}
}

func TestNotIntoItself(t *testing.T) {
	top := t.TempDir()
	write(t, top+"/d/file", "x")
	must(t, os.MkdirAll(top+"/d/below/deep", 0o755))
	for _, to := range []string{"/d", "/d/below", "/d/below/deep"} {
		if err := entry(t, top+"/d", top+to, "copy", Options{Merge: true}); err == nil || !strings.Contains(err.Error(), "copied into") {
			t.Errorf("into %s: %v", to, err)
		}
	}
	if _, err := Contents(handleOf(t, top+"/d"), handleOf(t, top+"/d"), Options{Keeps: all}); err == nil {
		t.Error("a directory was copied onto itself")
	}
	must(t, entry(t, top+"/d/below", top, "below", Options{}))
}

func TestSocketsAreNotCopied(t *testing.T) {
	from := t.TempDir()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	must(t, err)
	defer unix.Close(fd)
	t.Chdir(from)
	must(t, unix.Bind(fd, &unix.SockaddrUnix{Name: "socket"}))
	if err := entry(t, from+"/socket", t.TempDir(), "socket", Options{}); err == nil || !strings.Contains(err.Error(), "socket") {
		t.Errorf("got %v", err)
	}
}

// TestDevicesAreNotOpened copies a FIFO that nobody writes to and a device whose
// driver is not there: opening one would hang, the other fail.
func TestDevicesAreNotOpened(t *testing.T) {
	needsRoot(t)
	from, to := t.TempDir(), t.TempDir()
	must(t, unix.Mkfifo(from+"/fifo", 0o640))
	must(t, unix.Mknod(from+"/device", unix.S_IFCHR|0o600, int(unix.Mkdev(240, 77))))
	must(t, entry(t, from, to, "copy", Options{}))
	var stat unix.Stat_t
	must(t, unix.Lstat(to+"/copy/device", &stat))
	if stat.Rdev != unix.Mkdev(240, 77) {
		t.Errorf("got device %d", stat.Rdev)
	}
}

// TestShorterThanItSays copies a file of sysfs, each of which says it has a page.
func TestShorterThanItSays(t *testing.T) {
	const name, to = "/sys/kernel/mm/transparent_hugepage/enabled", "copy"
	want, err := os.ReadFile(name)
	if err != nil {
		t.Skip(err)
	}
	directory := t.TempDir()
	must(t, entry(t, name, directory, to, Options{Keeps: all}))
	if got := read(t, directory+"/"+to); got != string(want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestUnknownAttributesAreTheCallersToJudge shows that an error of Keeps ends
// the copy and names the entry.
func TestUnknownAttributesAreTheCallersToJudge(t *testing.T) {
	from := t.TempDir()
	write(t, from+"/d/file", "x")
	must(t, unix.Setxattr(from+"/d/file", "user.strange", []byte("x"), 0))
	refused := errors.New("refused")
	_, err := Contents(handleOf(t, from), handleOf(t, t.TempDir()), Options{Keeps: func(string) (bool, error) { return false, refused }})
	if !errors.Is(err, refused) || !strings.Contains(err.Error(), `"d/file"`) {
		t.Errorf("got %v", err)
	}
}

// What is written over and over is now there and now not, between any two questions.
func TestCopyOfAFileThatIsWrittenAgainAndAgain(t *testing.T) {
	from, to := open(t), open(t)
	defer rival.Repeat(func() {
		from.Truncate(0)
		from.WriteAt([]byte("count"), 0)
	})()
	for range 20_000 {
		if copied, err := copyContent(from, to, 5); err != nil || copied > 5 {
			t.Fatalf("%d bytes, %v", copied, err)
		}
	}
}

func open(t *testing.T) *os.File {
	t.Helper()
	file, err := os.OpenFile(filepath.Join(t.TempDir(), "file"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}
