package engine

import (
	"errors"
	"testing"

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
