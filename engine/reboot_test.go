package engine

import (
	"os"
	"testing"

	"mydocker/internal/process"
	"mydocker/state"
)

// TestWhoIsLockedAtTheFirstLookIsLookedAtAgain has somebody work on a container, who may die
// of it, while the first command after a boot looks at all.
func TestWhoIsLockedAtTheFirstLookIsLookedAtAgain(t *testing.T) {
	e := emptyEngine(t)
	bootID, err := process.BootID()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(e.Layout.Container("0123456789"), 0o700); err != nil {
		t.Fatal(err)
	}
	lock, err := e.lockContainer("0123456789")
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Reconcile(); err != nil || e.bootKnown(bootID) {
		t.Errorf("while one is locked: %v, and the boot is known: %v", err, e.bootKnown(bootID))
	}
	lock.Release()
	if err := e.Reconcile(); err != nil || !e.bootKnown(bootID) {
		t.Errorf("afterwards: %v, and the boot is known: %v", err, e.bootKnown(bootID))
	}
	if state.Exists(e.Layout.Container("0123456789")) {
		t.Error("what a crash has left of the container stays")
	}
}
