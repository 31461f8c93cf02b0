package engine

import (
	"errors"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container"
	"mydocker/internal/idmap"
	"mydocker/internal/process"
	"mydocker/state"
)

// interior is a container whose files are open from outside.
type interior struct {
	*container.View
	record *Record
	ids    idmap.Map    // which of the host's the owners of its files are
	lock   *state.Lock  // of a container that does not run; else nil
	share  *state.Share // of one that runs; else nil
	absent absences     // in one that does not run
	engine *Engine
}

func (i *interior) territory() territory { return territory{i.Root, i.absent} }

func (i *interior) close() error {
	err := i.View.Close()
	i.lock.Release()
	if i.share != nil {
		err = errors.Join(err, i.engine.stopLooking(i.share, i.record.ID))
	}
	return err
}

// open opens the files of a container, running or not. One that does not run is
// locked meanwhile, so that nobody starts or removes it. One that runs many may look
// into, and stop; its files stay until all of them are through (awaitViewers).
func (e *Engine) open(reference string) (*interior, error) {
	found, err := e.Container(reference)
	if err != nil {
		return nil, err
	}
	if found.State == Up {
		opened, err := e.openRunning(found)
		if !errors.Is(err, process.ErrGone) {
			return opened, err
		}
		if err := e.awaitTidy(found, reference); err != nil {
			return nil, err
		}
	}
	if err := refuseGoing(found, reference); err != nil {
		return nil, err
	}
	return e.openResting(found.Record.ID, reference)
}

func (e *Engine) openRunning(found Container) (*interior, error) {
	share, err := state.TakeShare(e.Layout.Lock(state.ViewLock, found.Record.ID))
	if err != nil {
		return nil, err
	}
	view, err := e.look(found.Record)
	if err != nil {
		return nil, errors.Join(err, e.stopLooking(share, found.Record.ID))
	}
	return &interior{View: view, record: found.Record, ids: found.Record.UserNS.ids(), share: share, engine: e}, nil
}

func (e *Engine) look(record *Record) (*container.View, error) {
	live, err := e.loadLive(record.ID)
	if err != nil {
		return nil, err
	}
	if live == nil || live.Program.PID == 0 { // its next run may be about to begin
		return nil, process.ErrGone
	}
	ids := record.UserNS.ids()
	return container.Look(container.Target{Pid: live.Program.PID, Start: live.Program.Start}, specs.User{UID: ids.First, GID: ids.First})
}
