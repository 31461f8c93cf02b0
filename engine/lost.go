package engine

import (
	"fmt"
	"path/filepath"

	"mydocker/network/ipam"
)

// Somebody may delete a container's directory while the container runs. Its
// monitor still knows the record; if it does not answer, the live record and the
// container's ID tell enough to end it.

// inspectLost gives a container that runs and has no record any more.
func (e *Engine) inspectLost(id, bootID string, missing error) (Container, error) {
	live, err := e.loadLive(id)
	if err != nil || !live.runs(bootID) || !live.Program.alive() {
		return Container{}, missing
	}
	record, err := e.askMonitor(id)
	if err != nil {
		record = e.guess(id, live)
	}
	record.lost, record.AutoRemove = true, true
	found := Container{Record: record, live: live}
	found.State, found.PID = live.state(bootID)
	return found, nil
}

// guess says of a container what can be seen from outside.
func (e *Engine) guess(id string, live *Live) *Record {
	record := &Record{
		Version: recordVersion, ID: id, Name: id, Created: live.Since, Started: live.Since,
		Process: Process{Args: []string{"?"}, StopSignal: "SIGTERM"},
	}
	for _, trace := range e.traces(id) {
		switch trace := trace.(type) {
		case *Name:
			record.Name = trace.Name
		case *ipam.Lease:
			record.Network, record.Address = filepath.Base(trace.Directory), trace.Address
		}
	}
	return record
}

// refuseLost refuses what needs more than a container's processes.
func (e *Engine) refuseLost(found Container, doing, reference string) error {
	if !found.Record.lost {
		return nil
	}
	return fmt.Errorf("%s container %q: somebody has deleted its directory %q; \"mydocker rm -f %s\" ends it",
		doing, reference, e.Layout.Container(found.Record.ID), reference)
}
