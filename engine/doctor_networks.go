package engine

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"mydocker/network"
	"mydocker/resource"
	"mydocker/state"
)

// lookAtNetworks judges each network that has a record or that somebody is, or
// was, at work on.
func (l *look) lookAtNetworks() error {
	records, err := listDirectory(l.Layout.Networks())
	if err != nil {
		return err
	}
	marks, err := listDirectory(l.networkMarks())
	if err != nil {
		return err
	}
	var names []string
	for _, file := range append(records, marks...) {
		if name, isRecord := strings.CutSuffix(file, ".json"); isRecord {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		l.fail(l.lookAtNetwork(name))
	}
	return nil
}

func (l *look) lookAtNetwork(name string) error {
	l.Checked.Networks++
	held, err := state.Held(l.Layout.Lock(state.NetworkLock, name))
	if err != nil || held {
		l.unsettled = l.unsettled || held
		return err
	}
	if sound, err := l.judgeMark(name); err != nil || !sound {
		return err
	}
	found, err := l.Network(name)
	if errors.As(err, new(*NotFoundError)) {
		return nil // it has just been removed
	}
	if err != nil {
		return l.judgeNetworkRecord(name, err)
	}
	return l.lookAtNetworkResources(found)
}

// judgeMark reads the note that somebody is at work on a network. Mostly there
// is none.
func (l *look) judgeMark(name string) (sound bool, err error) {
	path := l.networkMark(name)
	work, err := l.readMark(name)
	switch {
	case errors.As(err, new(*state.NewerError)):
		l.reportNewer("network's live record", path, "", name)
	case errors.As(err, new(*state.CorruptError)):
		l.report(Finding{
			Class: Broken, Kind: "network's live record", Object: fmt.Sprintf("state file %q", path), Network: name,
			Detail: causeOf(err), Why: "nobody knows whether the network was being made or removed",
			mend: func() (string, error) { return l.dropMark(name) },
		})
	case err != nil:
		return false, err
	case work == nil:
		return true, nil
	case work.owned(l.bootID):
		l.unsettled = true
	default:
		l.report(Finding{
			Class: Unfinished, Kind: "network", Object: fmt.Sprintf("network %q", name), Network: name,
			Detail: fmt.Sprintf("a command (pid %d) that was to %s it has ended before it was done", work.Owner.PID, work.Work),
			Why:    "what there is of it stays until the next command that changes something",
			mend:   quietly(func() error { return l.reconcileNetwork(name, l.bootID) }),
		})
	}
	return false, nil
}

// dropMark puts a note aside that says nothing. A network that is recorded stays, and what
// it lacks is made; what there is of another one has leaked.
func (e *Engine) dropMark(name string) (done string, err error) {
	lock, err := e.lockNetwork(name)
	if err != nil {
		return "", err
	}
	defer lock.Release()
	if _, err := e.readMark(name); !errors.As(err, new(*state.CorruptError)) {
		return "", err
	}
	place, err := e.Layout.SetAside(e.networkMark(name), "network-live-"+name)
	return setAside(place), err
}

// lookAtNetworkResources has each resource of a network checked.
func (l *look) lookAtNetworkResources(n *network.Network) error {
	var faults []Finding
	set := l.networkResources(n)
	absent := 0
	for _, r := range set {
		l.Checked.Resources++
		status, err := r.Check()
		if err != nil {
			return fmt.Errorf("checking %s of network %q: %w", r, n.Name, err)
		}
		if status.State == resource.Present {
			continue
		}
		if status.State == resource.Absent {
			absent++
		}
		f := l.judge(r, status)
		f.Network = n.Name
		if status.State == resource.Foreign {
			f.Remedy = []string{"# rename or remove what has the name, then:", l.command("doctor --fix")}
		} else {
			f.mend = quietly(func() error { return l.mendNetwork(n.Name, r.String()) })
		}
		faults = append(faults, f)
	}
	if l.restsSinceBoot(n, absent) {
		return nil
	}
	for _, f := range faults {
		l.report(f)
	}
	if len(faults) > 0 {
		return nil // what others have can be judged beside what is there
	}
	return l.lookForConflicts(n)
}

// made is how many of a network's resources are made for it and gone after a
// boot: all but the sysctl, which is the host's.
const made = 3

// restsSinceBoot tells whether a network has not been used since the host
// booted: then it has nothing on the host yet, and its first container brings
// all of it back.
func (l *look) restsSinceBoot(n *network.Network, absent int) bool {
	if absent < made {
		return false
	}
	for _, found := range l.containers {
		if found.Record.Network == n.Name && found.State == Up {
			return false
		}
	}
	return true
}

// mendNetwork makes one resource of a network what it is recorded to be.
func (e *Engine) mendNetwork(name, wanted string) error {
	lock, err := e.lockNetwork(name)
	if err != nil {
		return err
	}
	defer lock.Release()
	n, err := e.Network(name)
	if errors.As(err, new(*NotFoundError)) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	for _, r := range e.networkResources(n) {
		if r.String() == wanted {
			return resource.Mend(r)
		}
	}
	return nil
}
