package transfer

import (
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestFailureKeepsWhatIsThere looks at what a copy is to replace while its content is
// there and its attributes are not, and after it has failed then.
func TestFailureKeepsWhatIsThere(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, from+"/file", "new and longer")
	write(t, to+"/file", "old")
	must(t, os.Link(to+"/file", to+"/twin"))
	must(t, unix.Setxattr(from+"/file", "user.strange", []byte("x"), 0))
	refused := errors.New("refused")
	during := ""
	keeps := func(string) (bool, error) {
		during = read(t, to+"/file")
		return false, refused
	}
	_, err := Entry(handleOf(t, from+"/file"), handleOf(t, to), "file", Options{Merge: true, Keeps: keeps})
	if !errors.Is(err, refused) || during != "old" {
		t.Errorf("got %v; meanwhile the file was %q", err, during)
	}
	entries, err := os.ReadDir(to)
	if err != nil || len(entries) != 2 || read(t, to+"/file") != "old" {
		t.Errorf("afterwards there are %v, %v", entries, err)
	}
	var stat unix.Stat_t
	must(t, unix.Stat(to+"/file", &stat))
	if stat.Nlink != 2 || stat.Mode&0o7777 != 0o644 {
		t.Errorf("it has %d links and mode %o", stat.Nlink, stat.Mode)
	}
}

// TestMergeKeepsHardLinks copies a tree over an earlier copy of it.
func TestMergeKeepsHardLinks(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	write(t, from+"/d/one", "x")
	must(t, os.Link(from+"/d/one", from+"/d/two"))
	for range 2 {
		must(t, entry(t, from+"/d", to, "d", Options{Merge: true}))
		var stat unix.Stat_t
		must(t, unix.Stat(to+"/d/two", &stat))
		entries, err := os.ReadDir(to + "/d")
		if err != nil || stat.Nlink != 2 || len(entries) != 2 {
			t.Errorf("%d links, %v, %v", stat.Nlink, entries, err)
		}
	}
}
