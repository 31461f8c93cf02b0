package archive

import (
	"archive/tar"
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/internal/idmap"
	"mydocker/internal/rival"
)

// merge merges items into a directory below root.
func merge(t *testing.T, root, directory string, items ...item) error {
	t.Helper()
	top, err := os.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer top.Close()
	_, err = Merge(bytes.NewReader(build(t, items...)), top, directory, idmap.Map{})
	return err
}

func TestMergeKeepsWhatIsThere(t *testing.T) {
	root := unpack(t, directory("a"), file("a/kept", "kept"), file("a/old", "old"), item{name: "a/b", kind: tar.TypeDir, mode: 0o700}, file("a/b/kept", "kept"))
	before, _ := lstat(t, filepath.Join(root, "a"))
	err := merge(t, root, "/a", item{name: "./", kind: tar.TypeDir, mode: 0o711}, file("old", "new"), directory("b"), file("b/new", "new"), hardLink("twin", "old"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"a/kept": "kept", "a/old": "new", "a/b/kept": "kept", "a/b/new": "new", "a/twin": "new"} {
		if got := content(t, filepath.Join(root, path)); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
	if after, _ := lstat(t, filepath.Join(root, "a")); after.Mode() != before.Mode() {
		t.Errorf("the directory itself has changed to %v", after.Mode())
	}
	if info, _ := lstat(t, filepath.Join(root, "a/b")); info.Mode().Perm() != 0o755 {
		t.Errorf("a directory of the archive has mode %v", info.Mode())
	}
}

func TestMergeReplacesNoDirectory(t *testing.T) {
	for _, it := range []item{file("x", "new"), symlink("x", "y"), {name: "x", kind: tar.TypeFifo}} {
		root := unpack(t, directory("x"), file("x/kept", "kept"))
		err := merge(t, root, "", it)
		if err == nil || !strings.Contains(err.Error(), "place of a directory") || content(t, filepath.Join(root, "x/kept")) != "kept" {
			t.Errorf("%c over a directory: %v", it.kind, err)
		}
	}
	for _, it := range []item{file("x", "kept"), symlink("x", "y")} {
		root := unpack(t, it, directory("y"))
		if err := merge(t, root, "", directory("x")); err == nil || !strings.Contains(err.Error(), "no directory") {
			t.Errorf("a directory over %c: %v", it.kind, err)
		}
	}
}

// TestMergeTakesLinksForTheRootsOwn unpacks below a directory of a root file
// system, whose links mean what they mean to a program that runs in it.
func TestMergeTakesLinksForTheRootsOwn(t *testing.T) {
	root := unpack(t, directory("usr"), directory("srv"), symlink("srv/lib", "/usr"), symlink("link", "/srv"))
	if err := merge(t, root, "link", file("lib/through", "here")); err != nil {
		t.Fatal(err)
	}
	if got := content(t, filepath.Join(root, "usr/through")); got != "here" {
		t.Errorf("got %q", got)
	}
	for _, directory := range []string{"nosuch", "usr/through", "/link/nosuch"} {
		if err := merge(t, root, directory, file("x", "")); err == nil {
			t.Errorf("unpacked into %q", directory)
		}
	}
}

// TestMergeBesideALinkingProgram has somebody put links that lead out where a
// FIFO, a file and a directory have just been made.
func TestMergeBesideALinkingProgram(t *testing.T) {
	out, root := outside(t), t.TempDir()
	top, err := os.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer top.Close()
	u := newUnpacker(int(top.Fd()))
	u.merge = true
	before := fingerprint(t, out)
	traps := map[string]string{"fifo": "/secret", "file": "/secret", "directory": ""}
	end := rival.Repeat(func() {
		for name, target := range traps {
			unix.Symlink(out+target, root+"/trap")
			unix.Renameat2(unix.AT_FDCWD, root+"/trap", unix.AT_FDCWD, root+"/"+name, unix.RENAME_EXCHANGE)
			os.Remove(root + "/trap")
		}
	})
	for range 1500 {
		_ = u.entry(item{name: "fifo", kind: tar.TypeFifo, mode: 0o6777}.header(), nil)
		_ = u.entry(item{name: "file", kind: tar.TypeReg, mode: 0o6777}.header(), strings.NewReader(""))
		_ = u.entry(item{name: "directory", kind: tar.TypeDir, mode: 0o777}.header(), nil)
	}
	end()
	if after := fingerprint(t, out); after != before {
		t.Errorf("outside, there was\n%s\nand is\n%s", before, after)
	}
}

// TestMergeThatFailsKeepsWhatIsThere has entries fail when they have been made: by
// their owner, and by an archive that ends in the middle of a file.
func TestMergeThatFailsKeepsWhatIsThere(t *testing.T) {
	wrong := func(kind byte) []byte {
		return build(t, item{name: "x", kind: kind, link: "y", uid: math.MaxUint32})
	}
	whole := build(t, file("x", strings.Repeat("new", 1000)))
	for name, archive := range map[string][]byte{
		"file": wrong(tar.TypeReg), "link": wrong(tar.TypeSymlink), "FIFO": wrong(tar.TypeFifo), "cut": whole[:3000],
	} {
		root := unpack(t, file("x", "old"), hardLink("y", "x"))
		top, err := os.Open(root)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Merge(bytes.NewReader(archive), top, "", idmap.Map{})
		top.Close()
		left, listErr := os.ReadDir(root)
		info, _ := lstat(t, filepath.Join(root, "x"))
		if err == nil || listErr != nil || len(left) != 2 || !info.Mode().IsRegular() || content(t, filepath.Join(root, "x")) != "old" {
			t.Errorf("%s: %v; there are %v, %v", name, err, left, listErr)
		}
	}
}
