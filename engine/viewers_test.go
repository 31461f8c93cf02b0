package engine

import (
	"errors"
	"testing"

	"mydocker/internal/process"
	"mydocker/state"
)

// TestLateViewersAreWaitedFor has a container looked into by one who came between the
// wait for all viewers and the lock, and who is through a little later.
func TestLateViewersAreWaitedFor(t *testing.T) {
	e := emptyEngine(t)
	attempts := 0
	err := e.whenUnseen("0123456789", func() error {
		if attempts++; attempts > 1 {
			return e.awaitViewers("0123456789", 0)
		}
		share, err := state.TakeShare(e.Layout.Lock(state.ViewLock, "0123456789"))
		if err != nil {
			return err
		}
		err = e.awaitViewers("0123456789", 0)
		if !errors.Is(err, state.ErrLocked) {
			t.Errorf("under a viewer's eyes: %v", err)
		}
		go share.Release()
		return err
	})
	if err != nil || attempts != 2 {
		t.Errorf("%d attempts, the last: %v", attempts, err)
	}
}

// TestNobodyLooksIntoARunThatHasNotBegun has a container started again between the moment
// in which it is seen to run and the look.
func TestNobodyLooksIntoARunThatHasNotBegun(t *testing.T) {
	e := emptyEngine(t)
	starting, err := ownWork(Running)
	if err == nil {
		err = e.saveLive("0123456789", starting)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := e.look(&Record{ID: "0123456789"}); !errors.Is(err, process.ErrGone) {
		t.Errorf("got %v, want %v", err, process.ErrGone)
	}
}
