package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"mydocker/cgroups/manager"
	"mydocker/network/bridge"
	"mydocker/network/firewall/iptables"
	"mydocker/network/ipam"
	"mydocker/resource"
	"mydocker/state"
)

// judgeUnreadable says what is to be done about a container whose record
// cannot be read.
func (l *look) judgeUnreadable(id string, live *Live, inFlight bool, cause error) error {
	switch {
	case errors.As(cause, new(*state.NewerError)):
		l.reportNewer("record", l.recordPath(id), id, "")
		return nil
	case errors.Is(cause, fs.ErrNotExist) && live == nil && !state.Exists(l.Layout.Container(id)):
		l.unsettled = l.unsettled || !inFlight // it has just been removed
		return nil
	case !errors.Is(cause, fs.ErrNotExist) && !errors.As(cause, new(*state.CorruptError)):
		return cause
	}
	f := Finding{
		Class: Broken, Kind: "record", Object: fmt.Sprintf("state file %q", l.recordPath(id)), Container: id,
		Detail: causeOf(cause), Why: "no command can work on the container",
		mend: func() (string, error) { return l.restoreRecord(id) },
	}
	if errors.Is(cause, fs.ErrNotExist) {
		f.Class, f.Detail = Missing, "it is not there"
	}
	if f.Class == Missing && live != nil && !live.owned(l.bootID) {
		return nil // what is unfinished is taken back
	}
	if f.Class == Missing && live == nil {
		f.Class, f.Kind, f.Object = Leaked, "container directory", fmt.Sprintf("directory %q", l.Layout.Container(id))
		f.Detail, f.Why = "there is no record in it", "nobody but a person will ever look into it"
	}
	l.report(f)
	return nil
}

// restoreRecord has the monitor of a running container tell its record. That of
// one at rest is lost: then what it has on the host goes, as far as it can be
// found by the container's ID, and its directory, with the files that it wrote,
// is set aside.
func (e *Engine) restoreRecord(id string) (done string, err error) {
	lock, err := e.lockContainer(id)
	if err != nil {
		return "", err
	}
	defer lock.Release()
	if record, err := e.load(id); record != nil || errors.As(err, new(*state.NewerError)) {
		return "", err
	}
	monitors, err := e.monitors()
	if err != nil {
		return "", err
	}
	if monitor, runs := monitors[id]; runs {
		return e.recordAnew(id, monitor)
	}
	live, err := e.loadLive(id)
	if err == nil && live != nil {
		err = e.kill(id, live, killPatience)
	}
	if err != nil {
		return "", err
	}
	if err := e.traces(id).Remove(nil); err != nil {
		return "", err
	}
	place, err := e.removeRemains(id)
	return setAside(place), errors.Join(err, e.removeLive(id))
}

// setAside says where something was put.
func setAside(place string) string {
	if place == "" {
		return ""
	}
	return fmt.Sprintf("it was set aside as %q", place)
}

// recordAnew writes down what a monitor knows of its container.
func (e *Engine) recordAnew(id string, monitor Reference) (done string, err error) {
	record, err := e.askMonitor(id)
	if err != nil {
		return "", fmt.Errorf("asking the monitor of container %q (pid %d) for its record: %w; \"kill %d\" ends the container, and then its files can be set aside", id, monitor.PID, err, monitor.PID)
	}
	done = "its monitor told what was in it"
	if state.Exists(e.recordPath(id)) {
		place, err := e.Layout.SetAside(e.recordPath(id), "record-"+id)
		if err != nil {
			return "", err
		}
		done += "; " + setAside(place)
	}
	return done, e.save(record)
}

// traces are what a container can have on the host, found by its ID alone.
func (e *Engine) traces(id string) resource.Set {
	var set resource.Set
	names, _ := listDirectory(e.Layout.Names())
	for _, name := range names {
		if owner, err := os.Readlink(filepath.Join(e.Layout.Names(), name)); err == nil && owner == id {
			set = append(set, &Name{Directory: e.Layout.Names(), Name: name, ID: id})
		}
	}
	set = append(set, e.cgroupOf(id))
	networks, _ := listDirectory(e.Layout.Leases(""))
	for _, network := range networks {
		leases, _ := ipam.Leases(e.Layout.Leases(network))
		leases = slices.DeleteFunc(leases, func(lease *ipam.Lease) bool { return lease.Owner != id })
		for _, lease := range leases {
			set = append(set, lease)
		}
	}
	return append(set, e.vethOf(id), &iptables.Rules{Owner: id})
}

func (e *Engine) cgroupOf(id string) *manager.Cgroup {
	return &manager.Cgroup{Path: manager.PathOf(id), Instance: e.mark(), Everywhere: true}
}

func (e *Engine) vethOf(id string) *bridge.Veth {
	return &bridge.Veth{Name: bridge.VethName(id), Instance: e.mark()}
}

// lookForMonitors looks for monitors of which nothing but the process is left.
func (l *look) lookForMonitors() error {
	for id, monitor := range l.monitors {
		if l.busy[id] || state.Exists(l.Layout.Container(id)) || state.Exists(l.Layout.LiveContainer(id)) || l.isBusy(id) {
			continue
		}
		l.busy[id] = true
		l.report(Finding{
			Class: Leaked, Kind: "process", Object: fmt.Sprintf("monitor, pid %d", monitor.PID), Container: id,
			Detail: "the container that it runs has neither a record nor a run-time directory",
			Why:    "no command sees the container; it ends with its monitor, and what it leaves on the host can be removed then",
			Remedy: []string{fmt.Sprintf("kill %d", monitor.PID), l.command("doctor --fix")},
		})
	}
	return nil
}
