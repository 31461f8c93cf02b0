package engine

import (
	"fmt"
	"os"
	"path/filepath"

	"mydocker/host"
	"mydocker/internal/shell"
	"mydocker/network/ipam"
	"mydocker/state"
)

// lookForLeases looks for addresses that nobody has and that are given to
// nobody.
func (l *look) lookForLeases() error {
	networks, err := listDirectory(l.Layout.Leases(""))
	if err != nil {
		return err
	}
	for _, name := range networks {
		if !l.knowsNetwork(name) {
			pool := &ipam.Pool{Directory: l.Layout.Leases(name)}
			l.leakOfNetwork(name, pool, ours, "")
			continue
		}
		leases, err := ipam.Leases(l.Layout.Leases(name))
		if err != nil {
			return err
		}
		for _, lease := range leases {
			l.judgeLease(name, lease)
		}
	}
	return nil
}

func (l *look) judgeLease(network string, lease *ipam.Lease) {
	found, readable := l.containers[lease.Owner]
	switch {
	case lease.Owner == "":
		path := filepath.Join(lease.Directory, lease.Address.String())
		l.report(Finding{
			Class: Conflict, Kind: lease.Kind(), Object: lease.String(), Network: network,
			Detail: fmt.Sprintf("%q is nothing that mydocker makes", path), Why: whyLeakMatters(lease), Remedy: []string{removeFile(path)},
		})
	case l.busy[lease.Owner] || l.isBusy(lease.Owner):
	case readable && found.State == Up && found.Record.Network == network && found.Record.Address == lease.Address:
	default:
		f := Finding{
			Class: Leaked, Kind: lease.Kind(), Object: lease.String(), Container: lease.Owner, Network: network,
			Detail: "there is no such container", Why: whyLeakMatters(lease), ByHand: lease.Explain().Remove,
		}
		if readable {
			f.Detail = fmt.Sprintf("the container is %s and does not have the address", found.Status())
		}
		f.mend = quietly(func() error { return l.giveBack(network, lease) })
		l.report(f)
	}
}

// giveBack gives an address back, under the lock of its network, under which it
// would be given out, and of its container.
func (e *Engine) giveBack(network string, lease *ipam.Lease) error {
	lock, err := e.lockNetwork(network)
	if err != nil {
		return err
	}
	defer lock.Release()
	own, err := e.lockContainer(lease.Owner)
	if err != nil {
		return err
	}
	defer own.Release()
	live, err := e.loadLive(lease.Owner)
	if err != nil {
		return err
	}
	if live != nil {
		if record, err := e.load(lease.Owner); err != nil || record.Address == lease.Address {
			return err
		}
	}
	return lease.Remove()
}

// lookForNames looks for names that lead nowhere.
func (l *look) lookForNames() error {
	names, err := listDirectory(l.Layout.Names())
	if err != nil {
		return err
	}
	for _, word := range names {
		name := &Name{Directory: l.Layout.Names(), Name: word}
		if name.ID, err = os.Readlink(name.path()); err != nil {
			continue // just gone, or a person's own file
		}
		found, readable := l.containers[name.ID]
		switch {
		case l.busy[name.ID], l.isBusy(name.ID), readable && found.Record.Name == word:
			continue
		case readable:
			l.reportName(name, fmt.Sprintf("it leads to a container that is called %q", found.Record.Name))
		case !state.Exists(l.Layout.Container(name.ID)):
			l.reportName(name, "it leads to a container that there is not")
		}
	}
	return nil
}

func (l *look) reportName(name *Name, detail string) {
	l.report(Finding{
		Class: Leaked, Kind: name.Kind(), Object: name.String(), Container: name.ID,
		Detail: detail, Why: "no container can be given the name", ByHand: name.Explain().Remove,
		mend: quietly(func() error { return l.freeName(name) }),
	})
}

func (e *Engine) freeName(name *Name) error {
	lock, err := e.lockContainer(name.ID)
	if err != nil {
		return err
	}
	defer lock.Release()
	if record, err := e.load(name.ID); err == nil && record.Name == name.Name {
		return nil
	}
	return name.Remove()
}

// lookForLeftovers looks for files of writes that a crash cut short, for lock
// files that nobody holds, and for what a doctor leaves that is killed.
func (l *look) lookForLeftovers() error {
	directories := append(l.sharedDirectories(), l.Layout.RunRoot)
	for _, parent := range []string{l.Layout.Containers(), l.Layout.Live()} {
		names, err := listDirectory(parent)
		if err != nil {
			return err
		}
		for _, name := range names {
			directories = append(directories, filepath.Join(parent, name))
		}
	}
	for _, directory := range directories {
		files, err := state.Leftovers(directory)
		if err != nil {
			return err
		}
		for _, path := range files {
			l.reportLeftover("temporary file", path, "it holds half of what was written when a command died")
		}
	}
	for _, directory := range l.lockDirectories() {
		files, err := state.DeadLocks(directory)
		if err != nil {
			return err
		}
		for _, path := range files {
			l.reportLeftover("lock file", path, "whoever held it has died")
		}
	}
	return l.lookForTrial()
}

func (l *look) lookForTrial() error {
	path, err := host.LeftTrial(l.Layout.Root)
	if path == "" {
		return err
	}
	f := leftover("trial directory", path, "the doctor that tried the host in it has died")
	f.ByHand = []string{"rm -r " + shell.Quote(path)}
	f.mend = quietly(func() error { return host.RemoveLeftTrial(l.Layout.Root) })
	l.report(f)
	return nil
}

func (l *look) reportLeftover(kind, path, detail string) {
	f := leftover(kind, path, detail)
	f.ByHand = []string{"rm -f " + shell.Quote(path)}
	f.mend = quietly(func() error { return state.RemoveLeftover(path) })
	l.report(f)
}

func leftover(kind, path, detail string) Finding {
	return Finding{
		Class: Leaked, Kind: kind, Object: fmt.Sprintf("%s %q", kind, path),
		Detail: detail, Why: "it stands in nobody's way, and may stay until somebody removes it",
	}
}
