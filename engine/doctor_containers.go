package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"mydocker/cgroups/manager"
	"mydocker/internal/shell"
	"mydocker/resource"
	"mydocker/state"
)

// lookAtContainers judges each container that has a record, a run-time
// directory or both.
func (l *look) lookAtContainers() error {
	ids, err := l.containerIDs()
	if err != nil {
		return err
	}
	live, err := l.liveIDs()
	if err != nil {
		return err
	}
	for id := range live {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		l.fail(l.lookAtContainer(id, live[id]))
	}
	return nil
}

func (l *look) lookAtContainer(id string, inFlight bool) error {
	l.Checked.Containers++
	if l.isBusy(id) {
		return nil
	}
	live, sound, err := l.judgeLive(id, inFlight)
	if err != nil {
		l.busy[id] = true
		return err
	}
	record, err := l.load(id)
	if err != nil {
		l.busy[id] = true
		return l.judgeUnreadable(id, live, inFlight, err)
	}
	if !sound {
		l.busy[id] = true
		return nil
	}
	found := Container{Record: record, State: Exited}
	if live != nil {
		found.State, found.PID = live.state(l.bootID)
	}
	if found.State == Starting || found.State == Leaving || found.State == Up && live.Program.ending() {
		l.busy[id], l.unsettled = true, true
		return nil
	}
	l.containers[id] = found
	l.lookAtLayers(found)
	return l.lookAtResources(found)
}

// isBusy tells whether somebody is at work on a container.
func (l *look) isBusy(id string) bool {
	held, err := state.Held(l.Layout.Lock(state.ContainerLock, id))
	l.fail(err)
	if held {
		l.busy[id], l.unsettled = true, true
	}
	return held
}

// lookAtLayers looks for the layers that a container was made from.
func (l *look) lookAtLayers(found Container) {
	for _, layer := range found.Record.Image.Layers {
		if state.Exists(layer) {
			continue
		}
		l.report(Finding{
			Class: Missing, Kind: "layer", Object: fmt.Sprintf("layer %q", layer), Container: found.Record.ID,
			Detail: "a layer of its image is not there",
			Why:    "the container cannot be started again",
			Remedy: []string{l.command("rm -f " + found.Record.ID)},
		})
	}
}

// lookAtResources has each resource of a container checked.
func (l *look) lookAtResources(found Container) error {
	set, err := l.resourcesOf(found)
	if err != nil {
		l.busy[found.Record.ID] = true
		l.report(Finding{
			Class: Broken, Kind: "record", Object: fmt.Sprintf("state file %q", l.recordPath(found.Record.ID)), Container: found.Record.ID,
			Detail: err.Error(), Why: "the container cannot be started, stopped or removed", Remedy: []string{l.command("rm -f " + found.Record.ID)},
		})
		return nil
	}
	for _, r := range set {
		l.Checked.Resources++
		status, err := r.Check()
		if err != nil {
			l.fail(fmt.Errorf("checking %s of container %q: %w", r, found.Record.Name, err))
			continue
		}
		if status.State != resource.Present {
			f := l.judge(r, status)
			f.Container = found.Record.ID
			l.report(l.treat(found, r, f))
		}
	}
	return nil
}

// treat says what mends a resource of a container.
func (l *look) treat(found Container, r resource.Resource, f Finding) Finding {
	id := found.Record.ID
	restart := []string{l.command("stop " + id), l.command("start " + id)}
	switch {
	case f.Class == Conflict && found.State == Up:
		f.Remedy = restart
	case f.Class == Conflict:
		f.Remedy = []string{l.command("rm " + id)}
	case r.Kind() == "upper" && found.State == Up:
		// The kernel goes on using the directories that were removed.
		f.Remedy = restart
	case r.Kind() == "upper":
		f.Why = "what the container had written is gone; without the directories it cannot start again"
		fallthrough
	default:
		f.mend = quietly(func() error { return l.mendContainer(id, r.String()) })
	}
	return f
}

// mendContainer makes one resource of a container what it is recorded to be.
// It holds the container's lock, so that nobody starts or removes it meanwhile,
// and its network's, where addresses are given out. Its monitor takes no lock
// when the program ends: so what was made is taken back if the program has ended
// by then. If it has not, the monitor's own removal is still to come.
func (e *Engine) mendContainer(id, wanted string) error {
	return e.underLocks(id, func(found Container) error {
		set, err := e.resourcesOf(found)
		if err != nil {
			return err
		}
		for _, r := range set {
			if r.String() != wanted {
				continue
			}
			if cgroup, ok := r.(*manager.Cgroup); ok {
				cgroup.Members = processesOf(found.PID)
			}
			if err := resource.Mend(r); err != nil {
				return err
			}
			return e.settleMended(found, r)
		}
		return nil // it has ended meanwhile
	})
}

func (e *Engine) settleMended(found Container, mended resource.Resource) error {
	storage, err := found.Record.storage()
	if err != nil || slices.ContainsFunc(storage, func(r resource.Resource) bool { return r.String() == mended.String() }) {
		return err
	}
	live, err := e.loadLive(found.Record.ID)
	if err == nil && live != nil && live.Program.alive() {
		return nil
	}
	return errors.Join(err, mended.Remove())
}

// underLocks does something to a container that nobody else works on.
func (e *Engine) underLocks(id string, do func(Container) error) error {
	record, err := e.load(id)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // removed meanwhile
	}
	if err != nil {
		return err
	}
	if record.Network != "" {
		network, err := e.lockNetwork(record.Network)
		if err != nil {
			return err
		}
		defer network.Release()
	}
	lock, err := e.lockContainer(id)
	if err != nil {
		return err
	}
	defer lock.Release()
	found, err := e.Container(id)
	if errors.As(err, new(*NotFoundError)) {
		return nil
	}
	if err != nil {
		return err
	}
	return do(found)
}

// judge puts what a resource's check found into a finding.
func (l *look) judge(r resource.Resource, status resource.Status) Finding {
	f := Finding{Kind: r.Kind(), Object: r.String(), Detail: status.Detail, Why: whyItMatters(r)}
	switch {
	case status.State == resource.Foreign, r.Kind() == "sysctl":
		f.Class = Conflict
	case status.State == resource.Absent:
		f.Class, f.Detail = Missing, "it is not there"
	default:
		f.Class = Altered
	}
	return f
}

// removeFile is the shell line that removes a file.
func removeFile(path string) string { return "rm " + shell.Quote(path) }
