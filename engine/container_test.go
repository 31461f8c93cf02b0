package engine

import (
	"errors"
	"io/fs"
	"testing"
	"time"

	"mydocker/internal/process"
)

// A container comes to rest between the reading of its record and that of its live
// record, which is gone then.
func TestInspectWhileItsEndIsWrittenDown(t *testing.T) {
	started := time.Now()
	running := Record{ID: "0123456789", Started: started}
	ended := running
	ended.Exit = &Exit{Code: 7, At: started.Add(time.Second)}

	found, err := inspectChanging(t, &running, &ended)
	if err != nil || found.Status() != "exited (7)" {
		t.Errorf("got %q, %v", found.Status(), err)
	}
	if _, err := inspectChanging(t, &running, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that has just been removed: %v", err)
	}
}

// inspectChanging inspects a container without a live record whose record is another one
// each time that it is read; nil: there is none.
func inspectChanging(t *testing.T, records ...*Record) (Container, error) {
	e := inMemory(t)
	bootID, err := process.BootID()
	if err != nil {
		t.Fatal(err)
	}
	read := func(string) (*Record, error) {
		record := records[0]
		records = records[1:]
		if record == nil {
			return nil, fs.ErrNotExist
		}
		return record, nil
	}
	return e.inspect(read, records[0].ID, true, bootID)
}
