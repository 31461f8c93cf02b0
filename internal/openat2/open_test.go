package openat2

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// A path with ".." in it is found although somebody renames all the time.
func TestRenamesElsewhereDoNotMatter(t *testing.T) {
	root, elsewhere := t.TempDir(), t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "a/b"), 0o755); err != nil {
		t.Fatal(err)
	}
	directory, err := os.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer directory.Close()
	stop, stopped := make(chan bool), make(chan bool)
	go renameUntil(stop, stopped, elsewhere)
	defer func() { close(stop); <-stopped }()
	how := unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT}
	for range 20_000 {
		fd, err := Open(int(directory.Fd()), "a/b/../../a/../a/b", &how)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(fd)
	}
}

func renameUntil(stop <-chan bool, stopped chan<- bool, directory string) {
	defer close(stopped)
	one, two := filepath.Join(directory, "1"), filepath.Join(directory, "2")
	os.WriteFile(one, nil, 0o600)
	for {
		select {
		case <-stop:
			return
		default:
			os.Rename(one, two)
			os.Rename(two, one)
		}
	}
}
