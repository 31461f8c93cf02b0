package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestWhoWaitsLongestIsNext(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first := acquired(t, path)
	const waiters = 20
	var turns []int
	var all sync.WaitGroup
	for i := range waiters {
		all.Go(func() {
			lock := acquired(t, path)
			turns = append(turns, i)
			lock.Release()
		})
		awaitQueue(t, path, i+1)
	}
	first.Release()
	all.Wait()
	for i, turn := range turns {
		if i != turn {
			t.Fatalf("the turns were %v", turns)
		}
	}
	if Exists(path) {
		t.Error("the lock's file is left")
	}
}

// TestReleasedTwice keeps a lock with whoever took it between two releases.
func TestReleasedTwice(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first := acquired(t, path)
	first.Release()
	second := acquired(t, path)
	defer second.Release()
	first.Release()
	if third, err := Acquire(path, time.Millisecond); !errors.Is(err, ErrLocked) {
		third.Release()
		t.Errorf("two hold the lock: %v", err)
	}
}

func TestOneAtATimeHasALock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "made", "lock")
	var all sync.WaitGroup
	inside := 0
	for range 8 {
		all.Go(func() {
			for range 100 {
				lock := acquired(t, path)
				if inside++; inside != 1 {
					t.Errorf("%d hold the lock", inside)
				}
				inside--
				lock.Release()
			}
		})
	}
	all.Wait()
	if Exists(path) {
		t.Error("the lock's file is left")
	}
}

func TestWhoGivesUpLetsOthersPass(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	held := acquired(t, path)
	for _, patience := range []time.Duration{0, time.Millisecond} {
		if _, err := Acquire(path, patience); !errors.Is(err, ErrLocked) {
			t.Errorf("with patience %v: got %v", patience, err)
		}
	}
	held.Release()
	acquired(t, path).Release()
	for deadline := time.Now().Add(10 * time.Second); Exists(path); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the lock's file is left by those who gave up")
		}
	}
}

func acquired(t *testing.T, path string) *Lock {
	t.Helper()
	lock, err := Acquire(path, time.Minute)
	if err != nil {
		t.Error(err)
	}
	return lock
}

// awaitQueue waits until so many stand in line, as the kernel tells by "->" in
// proc_locks(5).
func awaitQueue(t *testing.T, path string, length int) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		table, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Skip(err)
		}
		waiting := 0
		for line := range strings.Lines(string(table)) {
			if strings.Contains(line, "-> FLOCK") && strings.Contains(line, inode(t, path)) {
				waiting++
			}
		}
		if waiting == length {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d instead of %d wait", waiting, length)
		}
	}
}

func inode(t *testing.T, path string) string {
	t.Helper()
	about, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(":%d ", about.Sys().(*syscall.Stat_t).Ino)
}
