package archive

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestNames(t *testing.T) {
	for _, name := range []string{"bin/sh", "./bin/sh", "/bin/sh", ".//bin/./sh"} {
		root := unpack(t, file(name, "shell"))
		if got := content(t, filepath.Join(root, "bin/sh")); got != "shell" {
			t.Errorf("%q: got %q", name, got)
		}
	}
}

func TestTheTopTakesItsModeFromTheArchive(t *testing.T) {
	for _, name := range []string{"./", "/", "."} {
		root := unpack(t, item{name: name, kind: tar.TypeDir, mode: 0o711}, file("a", ""))
		info, _ := lstat(t, root)
		if info.Mode().Perm() != 0o711 || !info.ModTime().Equal(written) {
			t.Errorf("%q: got mode %v and time %v", name, info.Mode(), info.ModTime())
		}
	}
}

func TestMissingDirectoriesAreMade(t *testing.T) {
	old := unix.Umask(0o077)
	defer unix.Umask(old)
	root := unpack(t, file("a/b/c/d", "x"), hardLink("e/f", "a/b/c/d"))
	for _, path := range []string{"a", "a/b", "a/b/c", "e"} {
		if info, _ := lstat(t, filepath.Join(root, path)); info.Mode() != os.ModeDir|0o755 {
			t.Errorf("%q: got %v", path, info.Mode())
		}
	}
}

func TestModesSurvive(t *testing.T) {
	kinds := map[string]byte{"file": tar.TypeReg, "directory": tar.TypeDir, "FIFO": tar.TypeFifo}
	for name, kind := range kinds {
		for _, mode := range []int64{0, 0o400, 0o644, 0o4755, 0o2755, 0o1777, 0o7777} {
			root := unpack(t, item{name: "x", kind: kind, mode: mode})
			if _, stat := lstat(t, filepath.Join(root, "x")); int64(stat.Mode&0o7777) != mode {
				t.Errorf("%s of mode %o: got %o", name, mode, stat.Mode&0o7777)
			}
			os.Chmod(filepath.Join(root, "x"), 0o700)
		}
	}
}

func TestOwnersSurvive(t *testing.T) {
	needsRoot(t)
	items := []item{file("file", "x"), directory("directory"), symlink("link", "nowhere"), {name: "fifo", kind: tar.TypeFifo}}
	for i := range items {
		items[i].uid, items[i].gid = 1234, 5678
	}
	items[0].mode = 0o6755 // a change of owner would clear it
	root := unpack(t, items...)
	for _, it := range items {
		if _, stat := lstat(t, filepath.Join(root, it.name)); stat.Uid != 1234 || stat.Gid != 5678 {
			t.Errorf("%s: got %d:%d", it.name, stat.Uid, stat.Gid)
		}
	}
	if _, stat := lstat(t, filepath.Join(root, "file")); stat.Mode&0o7777 != 0o6755 {
		t.Errorf("the set-uid bit is gone: mode %o", stat.Mode)
	}
}

func TestTimesSurvive(t *testing.T) {
	root := unpack(t, directory("d"), file("d/f", "x"), symlink("d/l", "f"), directory("d/e"), file("d/e/f", "x"))
	for _, path := range []string{"d", "d/f", "d/l", "d/e"} {
		if info, _ := lstat(t, filepath.Join(root, path)); !info.ModTime().Equal(written) {
			t.Errorf("%q: got %v", path, info.ModTime())
		}
	}
}

// TestTimesOfManyDirectories unpacks more directories than are remembered.
func TestTimesOfManyDirectories(t *testing.T) {
	items := []item{directory("top")}
	for i := range 300 {
		name := fmt.Sprintf("top/%03d", i)
		items = append(items, directory(name), directory(name+"/below"), file(name+"/below/file", ""))
	}
	root, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	u := newUnpacker(int(root.Fd()))
	defer u.parents.forget()
	u.space = space{left: 1 << 20}
	u.times.most = 1000
	if err := u.entries(tar.NewReader(bytes.NewReader(build(t, items...)))); err != nil {
		t.Fatal(err)
	}
	if len(u.times.pending) > 20 {
		t.Errorf("%d directories are remembered", len(u.times.pending))
	}
	if err := u.finish(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"top", "top/000", "top/000/below", "top/150", "top/299/below"} {
		if info, _ := lstat(t, filepath.Join(root.Name(), path)); !info.ModTime().Equal(written) {
			t.Errorf("%q: got %v", path, info.ModTime())
		}
	}
}

func TestTimesOutOfRange(t *testing.T) {
	for _, when := range []time.Time{time.Unix(1<<40, 0), time.Unix(-1<<40, 0)} {
		header := file("x", "").header()
		header.ModTime = when
		var buffer bytes.Buffer
		w := tar.NewWriter(&buffer)
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
		w.Close()
		if _, err := Unpack(&buffer, t.TempDir()); err != nil {
			t.Errorf("%v: %v", when, err)
		}
	}
}

func TestHardLinks(t *testing.T) {
	root := unpack(t, file("a/one", "x"), hardLink("b/two", "./a/one"), hardLink("three", "/a/one"), hardLink("three", "three"))
	_, first := lstat(t, filepath.Join(root, "a/one"))
	for _, path := range []string{"b/two", "three"} {
		if _, stat := lstat(t, filepath.Join(root, path)); stat.Ino != first.Ino || stat.Nlink != 3 {
			t.Errorf("%q is no link to the first", path)
		}
	}
}

func TestDevices(t *testing.T) {
	needsRoot(t)
	device := func(name string, kind byte, major int64) item {
		return item{name: name, kind: kind, mode: 0o666, major: major}
	}
	root := unpack(t, device("null", tar.TypeChar, 1), device("disk", tar.TypeBlock, 8))
	for name, want := range map[string]struct {
		mode uint32
		dev  uint64
	}{"null": {unix.S_IFCHR, unix.Mkdev(1, 0)}, "disk": {unix.S_IFBLK, unix.Mkdev(8, 0)}} {
		if _, stat := lstat(t, filepath.Join(root, name)); stat.Mode&unix.S_IFMT != want.mode || stat.Rdev != want.dev {
			t.Errorf("%s: got mode %o, device %d", name, stat.Mode, stat.Rdev)
		}
	}
}

// TestAnOverlaysMarksStayOut shows that an archive cannot steer the overlay
// that its layer becomes part of.
func TestAnOverlaysMarksStayOut(t *testing.T) {
	needsRoot(t)
	root := unpack(t,
		item{name: "whiteout", kind: tar.TypeChar, mode: 0o600},
		item{name: "d", kind: tar.TypeDir, mode: 0o755, records: map[string]string{
			"SCHILY.xattr.trusted.overlay.opaque":   "y",
			"SCHILY.xattr.trusted.overlay.redirect": "/etc",
			"SCHILY.xattr.user.overlay.opaque":      "y",
			"SCHILY.xattr.user.kept":                "yes",
		}})
	if _, err := os.Lstat(filepath.Join(root, "whiteout")); err == nil {
		t.Error("there is a whiteout")
	}
	names := make([]byte, 1000)
	n, err := unix.Listxattr(filepath.Join(root, "d"), names)
	if err != nil {
		t.Fatal(err)
	}
	if list := string(names[:n]); strings.Contains(list, "overlay") || !strings.Contains(list, "user.kept") {
		t.Errorf("got the attributes %q", list)
	}
}

func TestExtendedAttributes(t *testing.T) {
	needsRoot(t)
	// A capability set of version 2 with CAP_NET_RAW permitted and effective,
	// vfs_cap_data in linux/capability.h.
	capability := "\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	ping := file("ping", "program")
	ping.uid, ping.mode = 1000, 0o755
	ping.records = map[string]string{
		"SCHILY.xattr.security.capability": capability,
		"SCHILY.xattr.user.comment":        "with = and \x00",
		"SCHILY.xattr.security.selinux":    "label",
	}
	link := symlink("link", "ping")
	link.records = map[string]string{"SCHILY.xattr.trusted.note": "on a link"}
	root := unpack(t, ping, link)
	want := map[string]string{"security.capability": capability, "user.comment": "with = and \x00", "security.selinux": ""}
	for name, value := range want {
		if got := attribute(filepath.Join(root, "ping"), name); got != value {
			t.Errorf("%s: got %q, want %q", name, got, value)
		}
	}
	if got := attribute(filepath.Join(root, "link"), "trusted.note"); got != "on a link" {
		t.Errorf("the link: got %q", got)
	}
}

// attribute gives the value of an extended attribute, empty for none.
func attribute(path, name string) string {
	value := make([]byte, 1000)
	n, err := unix.Lgetxattr(path, name, value)
	if err != nil {
		return ""
	}
	return string(value[:n])
}

// TestRemarksAreNoFiles unpacks what "git archive" and "tar --label" add.
func TestRemarksAreNoFiles(t *testing.T) {
	root := unpack(t, item{kind: tar.TypeXGlobalHeader, records: map[string]string{"comment": "a commit"}}, file("a", ""))
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v", entries, err)
	}
	labelled, err := exec.Command("tar", "--format=gnu", "--label=name", "-C", root, "-c", "a").Output()
	if err != nil {
		t.Skipf("needs GNU tar: %v", err)
	}
	root = t.TempDir()
	if _, err := Unpack(bytes.NewReader(labelled), root); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) != 1 {
		t.Errorf("got %v, %v", entries, err)
	}
}
