// Package handletest gives tests directories to open files in.
package handletest

import (
	"os"
	"testing"

	"mydocker/internal/handle"
)

// Root is the directory at path, until the test ends.
func Root(t testing.TB, path string) handle.Root {
	t.Helper()
	directory, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	proc, err := os.Open("/proc")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { directory.Close(); proc.Close() })
	return handle.Root{File: directory, Proc: proc}
}
