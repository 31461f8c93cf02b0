package smallfile_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/internal/smallfile"
)

func TestReadGivesWhatOsGives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	for _, size := range []int{0, 1, 16<<10 - 1, 16 << 10, 16<<10 + 1, 100_000, 7} {
		want := bytes.Repeat([]byte("x"), size)
		if err := os.WriteFile(path, want, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := smallfile.Read(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("reading %d bytes: %d bytes, %v", size, len(got), err)
		}
	}
}

func TestReadFailsAsOsDoes(t *testing.T) {
	directory := t.TempDir()
	if _, err := smallfile.Read(filepath.Join(directory, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("reading a file that is not there: %v", err)
	}
	if _, err := smallfile.Read(directory); !errors.Is(err, unix.EISDIR) {
		t.Errorf("reading a directory: %v", err)
	}
}
