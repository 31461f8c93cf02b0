package engine

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"testing"

	"mydocker/internal/process"
)

// A container at whose control socket somebody listens is seen to, and one whose
// monitor has gone is not, however many there are.
func TestWhoListensSeesToAContainer(t *testing.T) {
	e := emptyEngine(t)
	bootID, err := process.BootID()
	if err != nil {
		t.Fatal(err)
	}
	gone := Reference{PID: 1 << 30, Start: 1}
	var ids []string
	for i := range 2 * worthAsking {
		id := fmt.Sprintf("%010d", i)
		ids = append(ids, id)
		live := &Live{BootID: bootID, Work: Running, Owner: gone, Program: gone}
		if err := errors.Join(os.MkdirAll(e.Layout.LiveContainer(id), 0o700), e.saveLive(id, live)); err != nil {
			t.Fatal(err)
		}
	}
	for _, id := range ids[1:] {
		listener, err := e.listen(id)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
		if id == ids[2] {
			listener.Close()
		}
	}
	directory, err := os.Open(e.Layout.Live())
	if err != nil {
		t.Fatal(err)
	}
	defer directory.Close()
	orphans := e.orphans(directory, slices.Clone(ids), bootID)
	if want := []string{ids[0], ids[2]}; !slices.Equal(orphans, want) {
		t.Errorf("nobody sees to %q, want %q", orphans, want)
	}
}

// A monitor that cannot be asked for, as one of another network namespace, is
// known by its record.
func TestARecordNamesWhoDoesNotListen(t *testing.T) {
	e := emptyEngine(t)
	self, err := ownWork(Creating)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range 2 * worthAsking {
		ids = append(ids, fmt.Sprintf("%010d", i))
		if err := e.saveLive(ids[i], self); err != nil {
			t.Fatal(err)
		}
	}
	directory, err := os.Open(e.Layout.Live())
	if err != nil {
		t.Fatal(err)
	}
	defer directory.Close()
	if orphans := e.orphans(directory, ids, self.BootID); len(orphans) > 0 {
		t.Errorf("nobody sees to %q, which are this process'", orphans)
	}
}
