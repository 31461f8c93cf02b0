package state

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

func shared(t *testing.T, path string) *Share {
	t.Helper()
	share, err := TakeShare(path)
	if err != nil {
		t.Fatal(err)
	}
	return share
}

func TestAllSharesAreWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	if err := AwaitShares(path, 0); err != nil || Exists(path) {
		t.Errorf("without a share: %v", err)
	}
	first, second := shared(t, path), shared(t, path)
	if err := AwaitShares(path, time.Millisecond); !errors.Is(err, ErrLocked) {
		t.Errorf("beside two: %v", err)
	}
	first.Release()
	if err := AwaitShares(path, time.Millisecond); !errors.Is(err, ErrLocked) {
		t.Errorf("beside one: %v", err)
	}
	waited := make(chan error)
	go func() { waited <- AwaitShares(path, time.Minute) }()
	awaitQueue(t, path, 3) // and the two that gave up
	second.Release()
	if err := <-waited; err != nil || Exists(path) {
		t.Errorf("afterwards: %v", err)
	}
}

// TestWhoWaitsHasNoShare looks while another one has the lock whose turn it was, and
// while a share's holder is dead.
func TestWhoWaitsHasNoShare(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	other, err := Acquire(path, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := AwaitShares(path, 0); err != nil {
		t.Errorf("beside one who waited: %v", err)
	}
	other.Release()
	shared(t, path).file.Close()
	if err := AwaitShares(path, 0); err != nil {
		t.Errorf("after a dead one: %v", err)
	}
}

func TestSharesOfManyLeaveNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for range 50 {
				shared(t, path).Release()
				if err := AwaitShares(path, time.Minute); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if Exists(path) {
		t.Error("the lock's file is left")
	}
}
