package flock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/flock"
)

func open(t *testing.T, path string) *os.File {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

func TestOneHoldsTheLockAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, second := open(t, path), open(t, path)
	if err := flock.Try(int(first.Fd())); err != nil {
		t.Fatal(err)
	}
	if err := flock.Try(int(second.Fd())); err != unix.EWOULDBLOCK {
		t.Errorf("a second one: %v, want EWOULDBLOCK", err)
	}
	taken := make(chan error)
	never := func(error) { t.Error("called late") }
	go func() { taken <- flock.Await(int(second.Fd()), time.Minute, never) }()
	first.Close()
	if err := <-taken; err != nil {
		t.Errorf("after the first one has gone: %v", err)
	}
}

func TestALockThatComesTooLateIsHandedOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, second := open(t, path), open(t, path)
	if err := flock.Try(int(first.Fd())); err != nil {
		t.Fatal(err)
	}
	late := make(chan error, 1)
	err := flock.Await(int(second.Fd()), time.Millisecond, func(err error) { late <- err })
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("waiting for a lock that stays: %v, want os.ErrDeadlineExceeded", err)
	}
	first.Close()
	if err := <-late; err != nil {
		t.Errorf("the lock that came late: %v", err)
	}
}
