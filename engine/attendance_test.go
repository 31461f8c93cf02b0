package engine

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"

	"mydocker/internal/process"
	"mydocker/internal/roll"
)

// attended gives an engine with containers in flight whose recorded owner has gone.
func attended(t *testing.T, count int) (e *Engine, ids []string, directory *os.File) {
	t.Helper()
	e = emptyEngine(t)
	bootID, err := process.BootID()
	if err != nil {
		t.Fatal(err)
	}
	gone := Reference{PID: 1 << 30, Start: 1}
	for i := range count {
		id := fmt.Sprintf("%010d", i)
		ids = append(ids, id)
		if err := e.saveLive(id, &Live{BootID: bootID, Work: Running, Owner: gone, Program: gone}); err != nil {
			t.Fatal(err)
		}
	}
	if directory, err = os.Open(e.Layout.Live()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { directory.Close() })
	return e, ids, directory
}

// monitorOf signs as a monitor does, until the returned function is called.
func monitorOf(t testing.TB, e *Engine, id string) (end func()) {
	t.Helper()
	signed, strike, struck := make(chan error), make(chan struct{}), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		signature, err := roll.Sign(e.rollPath(), id)
		signed <- err
		<-strike
		signature.Strike()
		close(struck)
	}()
	if err := <-signed; err != nil {
		t.Fatal(err)
	}
	return func() {
		close(strike)
		<-struck
	}
}

func TestWhoHasSignedSeesToAContainer(t *testing.T) {
	const count = 100
	e, ids, directory := attended(t, count)
	var ends []func()
	for _, id := range ids[1:] {
		ends = append(ends, monitorOf(t, e, id))
	}
	orphans := func() []string {
		t.Helper()
		signed, all := e.attendance(directory)
		if all {
			return nil
		}
		bootID, err := process.BootID()
		if err != nil {
			t.Fatal(err)
		}
		return e.orphans(slices.Clone(ids), signed, bootID)
	}
	if got := orphans(); !slices.Equal(got, ids[:1]) {
		t.Errorf("nobody sees to %q, want %q", got, ids[:1])
	}
	last := monitorOf(t, e, ids[0])
	if got := orphans(); len(got) > 0 {
		t.Errorf("nobody sees to %q, all of which have a monitor", got)
	}
	ends[1]()
	if got := orphans(); !slices.Equal(got, ids[2:3]) {
		t.Errorf("nobody sees to %q, want %q", got, ids[2:3])
	}
	last()
	for i, end := range ends {
		if i != 1 {
			end()
		}
	}
	if got := orphans(); !slices.Equal(got, ids) {
		t.Errorf("nobody sees to %d containers, want %d", len(got), count)
	}
}

// What is not signed is known by its record, such as a container that a command is
// making.
func TestARecordNamesWhoHasNotSigned(t *testing.T) {
	e, ids, directory := attended(t, 2)
	self, err := ownWork(Creating)
	if err := errors.Join(err, e.saveLive(ids[0], self)); err != nil {
		t.Fatal(err)
	}
	defer monitorOf(t, e, ids[1])()
	signed, all := e.attendance(directory)
	if all {
		t.Error("one signature is taken for those of two containers")
	}
	if orphans := e.orphans(ids, signed, self.BootID); len(orphans) > 0 {
		t.Errorf("nobody sees to %q, of which one is this process'", orphans)
	}
}

// Where what is in memory as a rule has outlived a power cut, so have the names of
// those who died in it.
func TestARollOfAnotherBootIsNotBelieved(t *testing.T) {
	e, ids, directory := attended(t, 1)
	defer monitorOf(t, e, ids[0])()
	if err := e.Reconcile(); err != nil { // the first one of this boot
		t.Fatal(err)
	}
	if signed, _ := e.attendance(directory); len(signed) > 0 {
		t.Errorf("%v are believed to have signed", signed)
	}
}
