package archive

import (
	"archive/tar"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestLaterEntriesReplaceEarlierOnes checks what stands at "x" in the end.
func TestLaterEntriesReplaceEarlierOnes(t *testing.T) {
	full := []item{directory("x"), directory("x/y"), file("x/y/z", "deep")}
	tests := []struct {
		name  string
		items []item
		kind  uint32
	}{
		{"file over file", []item{file("x", "old"), file("x", "new")}, unix.S_IFREG},
		{"file over directory", append(full[:3:3], file("x", "new")), unix.S_IFREG},
		{"file over link", []item{symlink("x", "old"), file("old", "old"), file("x", "new")}, unix.S_IFREG},
		{"directory over file", []item{file("x", "old"), directory("x")}, unix.S_IFDIR},
		{"directory over link", []item{directory("old"), symlink("x", "old"), directory("x"), file("x/new", "")}, unix.S_IFDIR},
		{"link over directory", append(full[:3:3], symlink("x", "new")), unix.S_IFLNK},
		{"FIFO over directory", append(full[:3:3], item{name: "x", kind: tar.TypeFifo}), unix.S_IFIFO},
		{"hard link over directory", append(full[:3:3], file("new", "new"), hardLink("x", "new")), unix.S_IFREG},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := unpack(t, test.items...)
			_, stat := lstat(t, filepath.Join(root, "x"))
			if stat.Mode&unix.S_IFMT != test.kind {
				t.Errorf("got mode %o", stat.Mode)
			}
			if test.kind == unix.S_IFREG {
				if got := content(t, filepath.Join(root, "x")); got != "new" {
					t.Errorf("got content %q", got)
				}
			}
			if _, err := os.Lstat(filepath.Join(root, "old", "new")); err == nil {
				t.Error("the directory behind the link was written to")
			}
			if data, err := os.ReadFile(filepath.Join(root, "old")); err == nil && string(data) != "old" {
				t.Error("the file behind the link was written to")
			}
		})
	}
}

func TestDirectoryOverDirectoryKeepsItsFiles(t *testing.T) {
	root := unpack(t, directory("x"), file("x/kept", "kept"), item{name: "x", kind: tar.TypeDir, mode: 0o711})
	if got := content(t, filepath.Join(root, "x/kept")); got != "kept" {
		t.Errorf("got %q", got)
	}
	if info, _ := lstat(t, filepath.Join(root, "x")); info.Mode().Perm() != 0o711 {
		t.Errorf("got mode %v, want that of the later entry", info.Mode())
	}
}

// TestReplacedFileKeepsItsOtherNames shows that a file is replaced and not
// written over: what is linked to it elsewhere stays as it was.
func TestReplacedFileKeepsItsOtherNames(t *testing.T) {
	root := unpack(t, file("a", "old"), hardLink("b", "a"), item{name: "a", kind: tar.TypeReg, content: "new", mode: 0o4755})
	if got := content(t, filepath.Join(root, "b")); got != "old" {
		t.Errorf("the other name: got %q", got)
	}
	if info, _ := lstat(t, filepath.Join(root, "b")); info.Mode() != 0o644 {
		t.Errorf("the other name: got mode %v", info.Mode())
	}
}

// TestLinksInsideAreFollowed unpacks what archives of merged /usr look like
// when they are put together from parts.
func TestLinksInsideAreFollowed(t *testing.T) {
	root := unpack(t, directory("usr"), directory("usr/lib"), symlink("lib", "usr/lib"), symlink("l", "/usr/lib"),
		file("lib/one", "1"), file("l/two", "2"), directory("lib/three"), symlink("up", "../../usr"), file("up/four", "4"))
	for path, want := range map[string]string{"usr/lib/one": "1", "usr/lib/two": "2", "usr/four": "4"} {
		if got := content(t, filepath.Join(root, path)); got != want {
			t.Errorf("%q: got %q", path, got)
		}
	}
	if info, _ := lstat(t, filepath.Join(root, "lib")); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
}

// TestTheCacheOfDirectoriesIsNotFooled replaces the link that the last file was
// written through.
func TestTheCacheOfDirectoriesIsNotFooled(t *testing.T) {
	root := unpack(t, directory("usr"), symlink("lib", "usr"), file("lib/one", "1"), directory("lib"), file("lib/two", "2"),
		directory("a"), symlink("a/b", "../usr"), file("a/b/three", "3"), directory("a/b"), file("a/b/four", "4"))
	for path, want := range map[string]string{"usr/one": "1", "lib/two": "2", "usr/three": "3", "a/b/four": "4"} {
		if got := content(t, filepath.Join(root, path)); got != want {
			t.Errorf("%q: got %q", path, got)
		}
	}
}

func TestLongNames(t *testing.T) {
	long := strings.Repeat("directory/", 400) // 4000 bytes, below PATH_MAX
	root := unpack(t, file(long+"file", "deep"), hardLink("link", long+"file"), symlink("far", strings.Repeat("x", 4000)))
	if got := content(t, filepath.Join(root, "link")); got != "deep" {
		t.Errorf("got %q", got)
	}
	part := strings.Repeat("x", 255)
	root = unpack(t, file(part, "wide"))
	if got := content(t, filepath.Join(root, part)); got != "wide" {
		t.Errorf("got %q", got)
	}
}
