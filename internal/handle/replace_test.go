package handle

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

// directory is one with a file in it, and gives the names in it.
func directory(t *testing.T) (fd int, path string, names func() []string) {
	t.Helper()
	path = t.TempDir()
	if err := os.WriteFile(filepath.Join(path, "file"), []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	opened, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { opened.Close() })
	return int(opened.Fd()), path, func() (names []string) {
		entries, err := os.ReadDir(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		return names
	}
}

func nothing(string) error { return nil }

func TestFailureLeavesAllAsItWas(t *testing.T) {
	fd, path, names := directory(t)
	refused := errors.New("refused")
	fail := func(string) error { return refused }
	link := func(name string) error { return unix.Symlinkat("target", fd, name) }
	for _, try := range []struct{ create, complete func(string) error }{{fail, nothing}, {link, fail}} {
		if err := Replace(fd, "file", unix.S_IFLNK, try.create, try.complete); !errors.Is(err, refused) {
			t.Errorf("got %v", err)
		}
	}
	if content, err := os.ReadFile(filepath.Join(path, "file")); string(content) != "old" || !slices.Equal(names(), []string{"file"}) {
		t.Errorf("got %q, %v, and %q", content, err, names())
	}
}

// TestLinkToItself puts a link to a file in that file's own place, which rename(2)
// does not do.
func TestLinkToItself(t *testing.T) {
	fd, _, names := directory(t)
	link := func(name string) error { return unix.Linkat(fd, "file", fd, name, 0) }
	if err := Replace(fd, "file", unix.S_IFREG, link, nothing); err != nil || !slices.Equal(names(), []string{"file"}) {
		t.Errorf("%v, and there are %q", err, names())
	}
}

// TestRemovedMeanwhile has somebody remove what has no name of its own yet.
func TestRemovedMeanwhile(t *testing.T) {
	fd, _, names := directory(t)
	link := func(name string) error { return unix.Symlinkat("target", fd, name) }
	remove := func(name string) error { return unix.Unlinkat(fd, name, 0) }
	if err := Replace(fd, "file", unix.S_IFLNK, link, remove); err == nil || !slices.Equal(names(), []string{"file"}) {
		t.Errorf("%v, and there are %q", err, names())
	}
}
