package logs

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// smallDisk mounts a file system of the given size in a mount namespace of the
// test's own.
func smallDisk(t *testing.T, options string) string {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread() // never unlocked: the namespace goes with the thread
	directory := t.TempDir()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("tmpfs", directory, "tmpfs", 0, options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount(directory, unix.MNT_DETACH) })
	return directory
}

func TestAFullDiskLosesWholeLinesAndSaysSo(t *testing.T) {
	disk := smallDisk(t, "size=64k")
	ballast := filepath.Join(disk, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 52<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(disk, "log")
	w, err := Create(path, DefaultSize, DefaultFiles)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("x", 2990) + "\n"
	failures := 0
	for range 10 {
		if w.Write(Stdout, []byte(line)) != nil {
			failures++
		}
	}
	if failures == 0 || failures == 10 {
		t.Fatalf("%d of 10 lines could not be written", failures)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(Stdout, []byte("after\n")); err != nil {
		t.Fatal(err)
	}
	w.Close()
	got := strings.SplitAfter(everything(t, path, Selection{Tail: -1}), "\n")
	kept := 10 - failures
	if len(got) != kept+3 || got[0] != line || got[kept-1] != line || got[kept+1] != "after\n" {
		t.Errorf("got %d lines, %d of which were written", len(got)-1, kept)
	}
	if want := "lines of output are missing here: "; !strings.Contains(got[kept], want) || !strings.Contains(got[kept], "no space left on device") {
		t.Errorf("got %q, want %q", got[kept], want)
	}
}

// Where no new file can be made, rotation takes no old one away.
func TestRotationWithoutInodesKeepsTheFiles(t *testing.T) {
	disk := smallDisk(t, "nr_inodes=4") // one is the root directory's
	path := filepath.Join(disk, "log")
	w, err := Create(path, 100, 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"one", "two"} {
		if err := w.Write(Stdout, []byte(strings.Repeat(text, 30)+"\n")); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(disk, "ballast"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 5 {
		if err := w.Write(Stdout, []byte("lost\n")); err == nil {
			t.Fatal("a file was made on a disk without inodes")
		}
	}
	got := everything(t, path, Selection{Tail: -1})
	if !strings.Contains(got, "oneone") || !strings.Contains(got, "twotwo") {
		t.Errorf("got %q", got)
	}
}
