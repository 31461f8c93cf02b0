package state

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func contentOf(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestWhatIsStagedTakesItsPlaceWhenItIsCommitted(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "file.json")
	for _, content := range []string{"first", "second"} {
		before, _ := os.ReadFile(path)
		staged := Stage(path, content)
		if now, _ := os.ReadFile(path); string(now) != string(before) {
			t.Errorf("%q is there before it was committed", now)
		}
		if err := staged.Commit(); err != nil {
			t.Fatal(err)
		}
		if got := contentOf(t, path); got != `"`+content+"\"\n" {
			t.Errorf("committed: %q, want %q", got, content)
		}
	}
	onlyFile(t, directory, "file.json")
}

func TestWhatIsDroppedChangesNothing(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "file.json")
	if err := Write(path, "old", Quick); err != nil {
		t.Fatal(err)
	}
	if err := Stage(path, "new").Drop(); err != nil {
		t.Fatal(err)
	}
	if got := contentOf(t, path); got != "\"old\"\n" {
		t.Errorf("dropped: %q", got)
	}
	onlyFile(t, directory, "file.json")
}

// TestWhatCannotBeStagedIsToldAtTheCommit has a value that is no JSON, and a place in
// which no file can be made.
func TestWhatCannotBeStagedIsToldAtTheCommit(t *testing.T) {
	directory := t.TempDir()
	path := filepath.Join(directory, "file.json")
	if err := Write(path, "old", Quick); err != nil {
		t.Fatal(err)
	}
	if err := Stage(path, make(chan int)).Commit(); err == nil {
		t.Error("a channel was written")
	}
	if err := unix.Mkdir(freshPath(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Stage(path, "new").Commit(); err == nil {
		t.Error("written where there is a directory")
	}
	if err := Stage(path, "new").Drop(); err != nil {
		t.Errorf("dropping what was never written: %v", err)
	}
	if got := contentOf(t, path); got != "\"old\"\n" {
		t.Errorf("after that: %q", got)
	}
}

func onlyFile(t *testing.T, directory, name string) {
	t.Helper()
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("there are %v (%v), want %s alone", entries, err, name)
	}
}
