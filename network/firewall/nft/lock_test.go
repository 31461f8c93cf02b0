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
	unlock := takeLock(path, long)
	second := make(chan func())
	go func() { second <- takeLock(path, long) }()
	select {
	case <-second:
		t.Error("two hold it")
	case <-time.After(short):
	}
	unlock()
	(<-second)()
	takeLock(path, long)()
}

// Who does not get the lock goes on without, and does not get it later either.
func TestAHeldLockStopsNobodyForever(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock := takeLock(path, long)
	takeLock(path, short)()
	unlock()
	began := time.Now()
	takeLock(path, long)()
	if took := time.Since(began); took > long/2 {
		t.Errorf("somebody kept the lock for %s", took)
	}
}

func TestWithoutALockFileWorkGoesOn(t *testing.T) {
	takeLock("/nowhere/lock", long)()
}
