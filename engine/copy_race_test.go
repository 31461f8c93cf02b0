package engine

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/image/archive"
	"mydocker/internal/idmap"
	"mydocker/internal/rival"
)

// arena is a container's root in which things keep turning into links that lead
// out of it, and a directory outside that holds a secret.
type arena struct {
	root, outside string
	inside        territory
}

const secret = "the host's secret"

func newArena(t *testing.T) arena {
	t.Helper()
	base := t.TempDir()
	a := arena{root: filepath.Join(base, "root"), outside: filepath.Join(base, "outside")}
	for path, content := range map[string]string{
		"outside/file": secret, "outside/below/file": secret, "outside/below/three": secret, "outside/below/four": secret,
		"root/directory/file": "public", "root/directory/below/file": "public",
		"root/file": "public",
	} {
		put(t, filepath.Join(base, path), content)
	}
	climb := strings.Repeat("../", 20) + a.outside
	link(t, climb, filepath.Join(a.root, "other-directory"))
	link(t, a.outside+"/file", filepath.Join(a.root, "other-file"))
	link(t, climb+"/below", filepath.Join(a.root, "directory/other-below"))
	link(t, climb+"/file", filepath.Join(a.root, "directory/below/other-fifo"))
	directory, err := os.Open(a.root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { directory.Close() })
	a.inside = territory{root: directory}
	return a
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

// flip exchanges each pair of names until the test ends.
func (a arena) flip(t *testing.T, pairs ...[2]string) {
	t.Cleanup(rival.Repeat(func() {
		for _, pair := range pairs {
			unix.Renameat2(unix.AT_FDCWD, filepath.Join(a.root, pair[0]), unix.AT_FDCWD, filepath.Join(a.root, pair[1]), unix.RENAME_EXCHANGE)
		}
	}))
}

func rounds() int {
	if testing.Short() {
		return 100
	}
	return 1000
}

var pairs = [][2]string{
	{"directory", "other-directory"}, {"file", "other-file"},
	{"directory/below", "directory/other-below"}, {"directory/below/fifo", "directory/below/other-fifo"},
}

// The host's secret is in no copy, whatever is asked for and whatever turns into
// what meanwhile.
func TestCopyOutOfAMovingContainer(t *testing.T) {
	a := newArena(t)
	a.flip(t, pairs...)
	copied := 0
	for i := range rounds() {
		path := []string{"/file", "/directory/file", "/directory/below/file", "/directory", "/directory/.", "directory/below/", "/other-directory/file"}[i%7]
		to := t.TempDir()
		if _, err := copyBetween(a.inside, path, territory{}, to, i%2 == 0, transferOptions()); err == nil {
			copied++
		}
		if found := find(t, to); found != "" {
			t.Fatalf("copying %q brought out %q", path, found)
		}
		var packed bytes.Buffer
		if err := pack(a.inside, path, &packed, CopyOptions{FollowLink: i%2 == 0}, idmap.Map{}); err == nil && bytes.Contains(packed.Bytes(), []byte(secret)) {
			t.Fatalf("packing %q brought out the secret", path)
		}
		os.RemoveAll(to)
	}
	if copied == 0 {
		t.Error("nothing was ever copied")
	}
}

// find gives a file below a directory that holds the secret, read without
// following links.
func find(t *testing.T, top string) (found string) {
	t.Helper()
	filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			if data, _ := os.ReadFile(path); bytes.Contains(data, []byte(secret)) {
				found = path
			}
		}
		return nil
	})
	return found
}

// Nothing outside the container changes, and nothing appears there.
func TestCopyIntoAMovingContainer(t *testing.T) {
	a := newArena(t)
	from := t.TempDir()
	put(t, from+"/tree/below/file", "new")
	put(t, from+"/tree/one", "new")
	for _, name := range []string{"three", "four"} {
		if err := os.Link(from+"/tree/below/file", from+"/tree/below/"+name); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mkfifo(from+"/tree/below/fifo", 0o666); err != nil {
		t.Fatal(err)
	}
	before := tellAll(t, a.outside)
	a.flip(t, pairs...)
	copied := 0
	for i := range rounds() {
		path := []string{"/directory", "directory/", "/directory/below", "directory/below", "/other-directory", "other-directory/below/."}[i%6]
		what := []string{"tree/one", "tree/.", "tree/.", "tree", "tree/below/fifo"}[i%5]
		if _, err := copyBetween(territory{}, from+"/"+what, a.inside, path, false, transferOptions()); err == nil {
			copied++
		}
		if _, err := archive.Merge(bytes.NewReader(hostileTar(t)), a.inside.root, path, idmap.Map{}); err == nil {
			copied++
		}
	}
	if after := tellAll(t, a.outside); after != before {
		t.Errorf("outside there was\n%s\nand is\n%s", before, after)
	}
	if copied == 0 {
		t.Error("nothing was ever copied")
	}
}

// hostileTar goes through names that are links at times.
func hostileTar(t *testing.T) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, header := range []*tar.Header{
		{Name: "below/file", Typeflag: tar.TypeReg, Mode: 0o6777},
		{Name: "below/fifo", Typeflag: tar.TypeFifo, Mode: 0o6777},
		{Name: "below/linked", Typeflag: tar.TypeLink, Linkname: "below/file"},
		{Name: "file", Typeflag: tar.TypeReg, Mode: 0o6777},
		{Name: "below", Typeflag: tar.TypeDir, Mode: 0o777},
	} {
		header.Uid, header.Gid = os.Geteuid(), os.Getegid()
		if err := w.WriteHeader(header); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// tellAll tells all about the files below a directory.
func tellAll(t *testing.T, top string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		var stat unix.Stat_t
		if err := unix.Lstat(path, &stat); err != nil {
			return err
		}
		var content []byte
		if entry.Type().IsRegular() {
			content, _ = os.ReadFile(path)
		}
		// A link that was made and removed again shows in the time of change.
		_, err = fmt.Fprintf(&all, "%s %o %d:%d %d %d %d %d %q\n", path, stat.Mode, stat.Uid, stat.Gid, stat.Nlink, stat.Ino, stat.Mtim.Nano(), stat.Ctim.Nano(), content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
