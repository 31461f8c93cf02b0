package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The files in the repository are what this program writes.
func TestWrite(t *testing.T) {
	if _, err := os.Stat("main.go"); err != nil {
		t.Skip("the repository is not on this machine")
	}
	directory := t.TempDir()
	if err := write(directory); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(directory)
	if err != nil || len(entries) != 2 {
		t.Fatalf("wrote %v, %v", entries, err)
	}
	for _, entry := range entries {
		want, err := os.ReadFile(filepath.Join(directory, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join("../..", entry.Name()))
		if err != nil || string(got) != string(want) {
			t.Errorf("%s is not up to date (%v); run go generate ./container/seccomp", entry.Name(), err)
		}
	}
}
