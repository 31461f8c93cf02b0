package engine

import (
	"errors"
	"io/fs"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
	"mydocker/state"
)

// exitUnknown is the exit status of a program that nobody was left to wait
// for, docker's.
const exitUnknown = 255

// conclude ends a container's run: what it had in the kernel goes, how it
// ended is written down. It is the one way out, for the monitor, for commands
// that gave up and for reconciling; each step may have been done before.
func (e *Engine) conclude(record *Record, exit Exit) error {
	return insistently(func() error {
		if err := e.unplug(record); err != nil {
			return err
		}
		if record.AutoRemove {
			return e.eraseUnseen(record)
		}
		if err := e.rest(record, exit); err != nil {
			return err
		}
		state.Sync(e.recordPath(record.ID)) // should the disk refuse, all else is done
		return nil
	})
}

// insistently does something that takes things away, and once more if that
// failed: nothing gets worse by it, and what stood in the way may be over.
func insistently(remove func() error) error {
	if err := remove(); err != nil {
		return remove()
	}
	return nil
}

// unplug removes what a container had in the kernel.
func (e *Engine) unplug(record *Record) error {
	set, err := record.runtime()
	if err != nil {
		return err
	}
	return set.Remove(e.observer())
}

// rest writes down how a run ended.
func (e *Engine) rest(record *Record, exit Exit) error {
	return e.step("write down how it ended", func() error {
		if err := e.note(record, exit); err != nil {
			return err
		}
		return e.removeLive(record.ID)
	})
}

// note keeps how a run ended: in the record or, where that cannot be written,
// in the live record, which is as a rule on another file system. It then stays
// until the record can be.
func (e *Engine) note(record *Record, exit Exit) error {
	exit.At = record.endAt(exit.At)
	if record.Exit != nil && *record.Exit == exit {
		return nil
	}
	before := record.Exit
	record.Exit = &exit
	err := e.save(record)
	if err == nil {
		return nil
	}
	record.Exit = before // whoever tries again must not take it for written
	live, liveErr := e.loadLive(record.ID)
	if liveErr == nil && live != nil {
		live.Exit = &exit
		liveErr = e.saveLive(record.ID, live)
	}
	return errors.Join(err, liveErr)
}

// erasePatience is how long a monitor waits for somebody who is at work on its
// container, such as a commit that reads the files which are about to go.
const erasePatience = time.Hour

// retire is conclude for a monitor. It needs the container's lock only for what
// others may be using.
func (e *Engine) retire(record *Record, exit Exit) error {
	if err := insistently(func() error { return e.unplug(record) }); err != nil {
		return errors.Join(err, e.note(record, exit)) // the next command goes on with it
	}
	return insistently(func() error { return e.putAway(record, exit) })
}

// putAway leaves of a container that has nothing in the kernel any more what is to stay.
func (e *Engine) putAway(record *Record, exit Exit) error {
	if !record.AutoRemove && state.Exists(e.recordPath(record.ID)) {
		return e.rest(record, exit)
	}
	lock, err := state.Acquire(e.Layout.Lock(state.ContainerLock, record.ID), erasePatience)
	if err != nil {
		return err
	}
	defer lock.Release()
	err = e.eraseUnseen(record)
	if isWatched(err) {
		return e.leaveToViewers(record, exit)
	}
	return err
}

// leaveToViewers writes down that a container has ended whose files somebody still
// reads, however long that takes. Its removal is left to the last of them, or to the
// next command. Who has looked his last before that was written did not see it.
func (e *Engine) leaveToViewers(record *Record, exit Exit) error {
	if err := e.note(record, exit); err != nil {
		return err
	}
	if err := e.eraseUnseen(record); !isWatched(err) {
		return err
	}
	return nil
}

// eraseUnseen is erase, and waits for nobody who looks into the container: that is a
// *watchedError.
func (e *Engine) eraseUnseen(record *Record) error {
	if err := e.awaitViewers(record.ID, 0); err != nil {
		return err
	}
	return e.erase(record)
}

// erase removes all that is left of a container, its record last.
func (e *Engine) erase(record *Record) error {
	set, err := record.storage()
	if err != nil {
		return err
	}
	if err := set.Remove(e.observer()); err != nil {
		return err
	}
	return e.step("remove its record", func() error {
		if err := e.removeDirectory(record.ID); err != nil {
			return err
		}
		released := e.Images.Release(record.Image.ID) // the container has gone all the same
		return errors.Join(released, e.removeLive(record.ID))
	})
}

// removeDirectory removes a container's directory; the record in it goes
// after everything else, so that a crash leaves nothing that nobody knows.
func (e *Engine) removeDirectory(id string) error {
	directory := e.Layout.Container(id)
	if !state.Exists(directory) {
		return nil
	}
	if err := removeBut(directory, e.recordPath(id)); err != nil {
		return err
	}
	return state.RemoveAll(directory)
}

// removeRemains removes a container's directory in which no record can be read.
// A crash leaves an empty one, before the record was written or after it went.
// If there is more, it is set aside, and place says where.
func (e *Engine) removeRemains(id string) (place string, err error) {
	names, err := listDirectory(e.Layout.Container(id))
	if err != nil && !errors.Is(err, unix.ENOTDIR) {
		return "", err
	}
	if err == nil && len(names) == 0 {
		return "", state.RemoveAll(e.Layout.Container(id))
	}
	return e.Layout.SetAside(e.Layout.Container(id), "container-"+id)
}

// settle brings a container to rest whose owner is gone: it finishes what was
// begun or takes it back. The caller holds the container's lock.
func (e *Engine) settle(id string, live *Live) error {
	if err := e.thaw(id); err != nil {
		return err
	}
	if err := e.kill(id, live, killPatience); err != nil {
		return err
	}
	if err := state.SweepWrites(e.Layout.Container(id)); err != nil {
		return err
	}
	record, err := e.load(id)
	if errors.Is(err, fs.ErrNotExist) {
		return e.clear(id)
	}
	if err != nil {
		return err
	}
	neverRan := live.Work == Running && live.Program.PID == 0 && record.Exit == nil
	if live.Work == Removing || neverRan {
		record.AutoRemove = true
	}
	return e.conclude(record, verdict(record, live))
}

// clear removes what a container without a record has on the host, and sets
// aside what it has written.
func (e *Engine) clear(id string) error {
	if err := e.traces(id).Remove(e.observer()); err != nil {
		return err
	}
	_, err := e.removeRemains(id)
	return errors.Join(err, e.removeLive(id))
}

// verdict says how a run ended whose end nobody saw: as it is written down, if
// that is of this run, or as before, if the program was never started.
func verdict(record *Record, live *Live) Exit {
	known := record.Exit
	switch {
	case live.Exit != nil:
		return *live.Exit
	case known != nil && !known.At.Before(live.Since) && !record.unfinished():
		return *known
	case known != nil && live.Work == Running && live.Program.PID == 0:
		return before(record)
	case live.Work == Interrupted:
		return Exit{Code: exitUnknown, At: time.Now(), Reason: "the host went down"}
	case live.Work == Lost:
		return Exit{Code: exitUnknown, At: time.Now(), Reason: "its live record was lost"}
	}
	return Exit{Code: exitUnknown, At: time.Now(), Reason: "its monitor died"}
}

// before is how the last run ended, when the next one came to nothing. If that
// one was written down already, its end must be no earlier.
func before(record *Record) Exit {
	exit := *record.Exit
	if record.unfinished() {
		exit.At = time.Now()
	}
	return exit
}

// kill ends the program of a container without a monitor and waits for it.
func (e *Engine) kill(id string, live *Live, patience time.Duration) error {
	bootID, err := process.BootID()
	if err != nil || live.BootID != bootID || !live.Program.alive() {
		return err
	}
	program, err := process.Open(live.Program.PID, live.Program.Start)
	if err != nil {
		return ignoreGone(err)
	}
	defer program.Close()
	if err := e.send(id, program, unix.SIGKILL); err != nil {
		return err
	}
	return awaitDeath(live.Program.PID, program, patience)
}
