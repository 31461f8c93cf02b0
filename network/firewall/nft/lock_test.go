package nft

import (
	"path/filepath"
	"testing"
	"time"
)

const (
	long  = time.Minute
	short = 10 * time.Millisecond
)

func TestTheLockIsHeldByOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, waited := at(path, long).take()
	if waited {
		t.Error("a lock that nobody had was waited for")
	}
	second := make(chan func())
	go func() {
		unlock, waited := at(path, long).take()
		if !waited {
			t.Error("a lock that somebody had was not waited for")
		}
		second <- unlock
	}()
	select {
	case <-second:
		t.Error("two hold it")
	case <-time.After(short):
	}
	unlock()
	(<-second)()
	passBy(at(path, long))
}

// Who does not get the lock goes on without, and does not get it later either.
func TestAHeldLockStopsNobodyForever(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, _ := at(path, long).take()
	passBy(at(path, short))
	unlock()
	soon(t, at(path, long))
}

// Who has waited for somebody who is stuck does not wait for him again.
func TestWhoIsStuckIsWaitedForOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, _ := at(path, long).take()
	defer unlock()
	impatient := at(path, short)
	passBy(impatient)
	impatient.patience = long
	soon(t, impatient)
}

func TestWithoutALockFileWorkGoesOn(t *testing.T) {
	passBy(at("/nowhere/lock", long))
}

func at(path string, patience time.Duration) *lock { return &lock{path: path, patience: patience} }

// soon passes by, much sooner than patience would end.
func soon(t *testing.T, l *lock) {
	t.Helper()
	began := time.Now()
	passBy(l)
	if took := time.Since(began); took > long/2 {
		t.Errorf("somebody kept the lock for %s", took)
	}
}

func passBy(l *lock) {
	unlock, _ := l.take()
	unlock()
}
