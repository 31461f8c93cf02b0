package layer

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// TestCopyFollowsNoLink copies a tree in which a directory and a file keep
// turning into links that lead out. The secret must never be in a copy.
func TestCopyFollowsNoLink(t *testing.T) {
	outside, source := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o644))
	stop, done := make(chan struct{}), sync.WaitGroup{}
	done.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				flip(source, outside)
			}
		}
	})
	for range 100 {
		destination := t.TempDir()
		_, err := Copy(source, destination)
		must(t, err)
		file := filepath.Join(destination, "file")
		if info, err := os.Lstat(file); err == nil && info.Mode().IsRegular() {
			if data, _ := os.ReadFile(file); string(data) == "secret" {
				t.Fatal("the copy of the file holds what lies outside")
			}
		}
		directory := filepath.Join(destination, "directory")
		if info, err := os.Lstat(directory); err == nil && info.IsDir() {
			if _, err := os.Lstat(filepath.Join(directory, "secret")); err == nil {
				t.Fatal("the copy of the directory holds what lies outside")
			}
		}
	}
	close(stop)
	done.Wait()
}

func flip(source, outside string) {
	file, directory := filepath.Join(source, "file"), filepath.Join(source, "directory")
	os.Remove(file)
	os.Symlink(filepath.Join(outside, "secret"), file)
	os.Remove(directory)
	os.Symlink(outside, directory)
	os.Remove(file)
	os.WriteFile(file, []byte("public"), 0o644)
	os.Remove(directory)
	os.Mkdir(directory, 0o755)
}
