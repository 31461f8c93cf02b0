package engine

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"mydocker/internal/process"
	"mydocker/internal/roll"
	"mydocker/state"
)

// The program's first thread stays main's: it does not end before the program.
func init() { runtime.LockOSThread() }

// inMemory gives an engine without any container, whose run root is on tmpfs.
func inMemory(t testing.TB) *Engine {
	t.Helper()
	runRoot, err := os.MkdirTemp("/dev/shm", "run")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(runRoot) })
	return New(state.Layout{Root: t.TempDir(), RunRoot: runRoot})
}

// attended gives an engine with containers in flight whose recorded owner has gone.
func attended(t *testing.T, count int) (e *Engine, ids []string, directory *os.File) {
	t.Helper()
	e = inMemory(t)
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
		said := e.attend(directory)
		if said.complete {
			return nil
		}
		bootID, err := process.BootID()
		if err != nil {
			t.Fatal(err)
		}
		return e.orphans(slices.Clone(ids), said.signed, bootID)
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
	said := e.attend(directory)
	if said.complete {
		t.Error("one signature is taken for those of two containers")
	}
	if orphans := e.orphans(ids, said.signed, self.BootID); len(orphans) > 0 {
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
	if said := e.attend(directory); len(said.signed) > 0 {
		t.Errorf("%v are believed to have signed", said.signed)
	}
}

// A monitor whose directory somebody has deleted does not stand for another one
// that has died.
func TestANameWithoutAContainerIsStruck(t *testing.T) {
	e, ids, directory := attended(t, 3)
	bootID, err := process.BootID()
	if err != nil {
		t.Fatal(err)
	}
	var ends []func()
	for _, id := range ids {
		ends = append(ends, monitorOf(t, e, id))
	}
	defer ends[0]()
	defer ends[2]()
	if err := os.RemoveAll(e.Layout.LiveContainer(ids[0])); err != nil {
		t.Fatal(err)
	}
	if err := e.reconcileContainers(bootID); err != nil {
		t.Fatal(err)
	}
	if said := e.attend(directory); said.signed[ids[0]] || !said.complete {
		t.Errorf("the roll says %+v", said)
	}
	ends[1]()
	if e.attend(directory).complete {
		t.Error("two containers are in flight, of which one has a monitor, and all are said to have one")
	}
}

// A container that begins while others look keeps its monitor's signature.
func TestWhoSignsMeanwhileIsNotStruck(t *testing.T) {
	e, ids, directory := attended(t, 2)
	said := e.attend(directory)
	defer monitorOf(t, e, ids[0])()
	e.correct(said, ids[1:])
	if said := e.attend(directory); !said.signed[ids[0]] {
		t.Error("who has signed after the roll was read is struck")
	}
}

// Of a container that was started again nobody looks for the monitor that died.
func TestADeadMonitorIsForgotten(t *testing.T) {
	e, ids, directory := attended(t, 2)
	bootID, err := process.BootID()
	if err != nil {
		t.Fatal(err)
	}
	dead := make(chan error)
	go func() {
		runtime.LockOSThread() // and the thread ends
		_, err := roll.Sign(e.rollPath(), ids[0])
		dead <- err
	}()
	if err := <-dead; err != nil {
		t.Fatal(err)
	}
	defer monitorOf(t, e, ids[0])()
	defer monitorOf(t, e, ids[1])()
	for deadline := time.Now().Add(10 * time.Second); !e.attend(directory).complete; {
		if time.Now().After(deadline) {
			t.Fatal("the dead monitor is still looked for")
		}
		if err := e.reconcileContainers(bootID); err != nil {
			t.Fatal(err)
		}
	}
}
