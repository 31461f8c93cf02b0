package engine

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"mydocker/internal/process"
)

// A container comes to rest between the two readings of what is known of it.
func TestInspectWhileItsEndIsWrittenDown(t *testing.T) {
	started := time.Now()
	running := Record{ID: "0123456789", Started: started, AutoRemove: true}
	ended := running
	ended.Exit = &Exit{Code: 7, At: started.Add(time.Second)}

	for name, live := range map[string]*Live{
		"its live record was gone": nil, "its monitor has gone": {Work: Running, Owner: Reference{PID: 1 << 30, Start: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := inspectChanging(t, live, &running, &ended)
			if err != nil || found.Status() != "exited (7)" {
				t.Errorf("got %q, %v", found.Status(), err)
			}
			if _, err := inspectChanging(t, live, &running, nil); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("one that has just been removed: %v", err)
			}
		})
	}
}

// inspectChanging inspects a container that has a live record until its record is read
// for the first time, and another record each time; nil: there is none.
func inspectChanging(t *testing.T, live *Live, records ...*Record) (Container, error) {
	e := inMemory(t)
	bootID, err := process.BootID()
	if err != nil {
		t.Fatal(err)
	}
	id := records[0].ID
	if live != nil {
		live.BootID = bootID
		if err := e.saveLive(id, live); err != nil {
			t.Fatal(err)
		}
	}
	read := func(string) (*Record, error) {
		record := records[0]
		records = records[1:]
		if record == nil {
			return nil, fs.ErrNotExist
		}
		return record, e.removeLive(id)
	}
	return e.inspect(read, id, true, bootID)
}
