package state

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestSetAsideFromAnotherFileSystem moves whatever is in a record's place out of
// /run, which is in memory, to the disk.
func TestSetAsideFromAnotherFileSystem(t *testing.T) {
	memory, err := os.MkdirTemp("/dev/shm", "aside")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { os.RemoveAll(memory) })
	layout := Layout{Root: t.TempDir(), RunRoot: memory}
	put := func(path, content string) {
		if err := os.WriteFile(filepath.Join(memory, path), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(memory, "directory"), 0o700); err != nil {
		t.Fatal(err)
	}
	put("file", "of the file")
	put("directory/file", "of the directory")
	if err := syscall.Mkfifo(filepath.Join(memory, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, kept := range map[string]string{"file": "", "directory": "/file", "fifo": ""} {
		place, err := layout.SetAside(filepath.Join(memory, name), name)
		if err != nil || Exists(filepath.Join(memory, name)) || !Exists(place+kept) {
			t.Errorf("%s is at %q now: %v", name, place, err)
		}
	}
}
