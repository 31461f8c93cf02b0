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
	unlock, waited := takeLock(path, long)
	if waited {
		t.Error("a lock that nobody had was waited for")
	}
	second := make(chan func())
	go func() {
		unlock, waited := takeLock(path, long)
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
	passBy(path, long)
}

// Who does not get the lock goes on without, and does not get it later either.
func TestAHeldLockStopsNobodyForever(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, _ := takeLock(path, long)
	passBy(path, short)
	unlock()
	began := time.Now()
	passBy(path, long)
	if took := time.Since(began); took > long/2 {
		t.Errorf("somebody kept the lock for %s", took)
	}
}

func TestWithoutALockFileWorkGoesOn(t *testing.T) {
	passBy("/nowhere/lock", long)
}

func passBy(path string, patience time.Duration) {
	unlock, _ := takeLock(path, patience)
	unlock()
}
