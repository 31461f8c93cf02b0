package engine

import (
	"errors"
	"fmt"
	"os"
	"time"

	"mydocker/internal/process"
	"mydocker/state"
)

// judgeLive reads a container's live record. It is sound when the container is
// at rest, running, or in the hands of a living command.
func (l *look) judgeLive(id string, inFlight bool) (live *Live, sound bool, err error) {
	live, err = l.loadLive(id)
	monitor, monitored := l.monitors[id]
	path := l.livePath(id)
	switch {
	case errors.As(err, new(*state.NewerError)):
		l.reportNewer("live record", path, id, "")
		return nil, false, nil
	case errors.As(err, new(*state.CorruptError)):
		l.reportLost(id, Broken, causeOf(err))
		return nil, false, nil
	case err != nil:
		return nil, false, err
	case live == nil && monitored && !monitor.alive():
		l.unsettled = true
		return nil, false, nil
	case live == nil && (monitored || inFlight):
		l.reportLost(id, Missing, l.lostDetail(id))
		return nil, false, nil
	case live != nil && !live.owned(l.bootID):
		l.reportUnfinished(id, live)
		return live, false, nil
	}
	return live, true, nil
}

func (l *look) lostDetail(id string) string {
	if monitor, monitored := l.monitors[id]; monitored {
		return fmt.Sprintf("it is not there, and the container runs under its monitor (pid %d)", monitor.PID)
	}
	return "it is not there, but its directory is"
}

// reportLost reports a live record that does not say what is going on.
func (l *look) reportLost(id string, class Class, detail string) {
	l.report(Finding{
		Class: class, Kind: "live record", Object: fmt.Sprintf("state file %q", l.livePath(id)), Container: id,
		Detail: detail, Why: "commands do not know whether the container runs",
		mend: func() (string, error) { return l.restoreLive(id) },
	})
}

func (l *look) reportUnfinished(id string, live *Live) {
	doing := map[Work]string{
		Running: "running", Creating: "creating", Removing: "removing", Interrupted: "running when the host went down",
	}[live.Work]
	l.report(Finding{
		Class: Unfinished, Kind: "container", Object: fmt.Sprintf("container %q", id), Container: id,
		Detail: fmt.Sprintf("it was %s, and the process that saw to it (pid %d) has ended", doing, live.Owner.PID),
		Why:    "what it has on the host stays until the next command that changes something",
		mend:   quietly(func() error { return l.reconcileContainer(id, l.bootID) }),
	})
}

// reportNewer reports what a newer mydocker wrote. Nobody touches it.
func (l *look) reportNewer(kind, path, container, network string) {
	l.report(Finding{
		Class: Broken, Kind: kind, Object: fmt.Sprintf("state file %q", path), Container: container, Network: network,
		Detail: "it was written by a newer mydocker",
		Why:    "this mydocker does not understand it, and leaves it and what belongs to it alone",
		Remedy: []string{"# use the newer mydocker for it"},
	})
}

// restoreLive writes a live record again that was lost: the monitor of a
// container that runs is found by its command line, and its program is its
// child. Without a monitor the container is brought to rest. What was in the
// record's place is kept.
func (e *Engine) restoreLive(id string) (done string, err error) {
	lock, err := e.lockContainer(id)
	if err != nil {
		return "", err
	}
	defer lock.Release()
	live, err := e.loadLive(id)
	if live != nil || err != nil && !errors.As(err, new(*state.CorruptError)) {
		return "", err // somebody has written it again, or it is not ours to mend
	}
	if err != nil {
		place, err := e.Layout.SetAside(e.inPlaceOf(id), "live-"+id)
		if err != nil {
			return "", err
		}
		done = "; " + setAside(place)
	}
	monitors, err := e.monitors()
	if err != nil {
		return "", err
	}
	monitor, runs := monitors[id]
	if !runs {
		return "the container was brought to rest" + done, e.settle(id, &Live{Work: Lost})
	}
	return "it was written again from what the kernel tells" + done, e.adopt(id, monitor)
}

// inPlaceOf gives what is where a live record should be: mostly its file, but the
// directory may be none.
func (e *Engine) inPlaceOf(id string) string {
	if info, err := os.Stat(e.Layout.LiveContainer(id)); err == nil && !info.IsDir() {
		return e.Layout.LiveContainer(id)
	}
	return e.livePath(id)
}

// adopt writes the live record of a container from what the kernel tells of its
// monitor.
func (e *Engine) adopt(id string, monitor Reference) error {
	program, found := programOf(monitor)
	if !found {
		return fmt.Errorf("restoring the live record of container %q: its monitor (pid %d) has no program; end it with \"kill %d\"", id, monitor.PID, monitor.PID)
	}
	bootID, err := process.BootID()
	if err != nil {
		return err
	}
	live := &Live{BootID: bootID, Work: Running, Owner: monitor, Program: program, Since: time.Now()}
	if record, err := e.load(id); err == nil && !record.Started.IsZero() {
		live.Since = record.Started
	}
	return e.saveLive(id, live)
}
