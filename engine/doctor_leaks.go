package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"mydocker/cgroups/cgroupfs"
	"mydocker/cgroups/manager"
	"mydocker/internal/instance"
	"mydocker/network/bridge"
	"mydocker/network/firewall/iptables"
	"mydocker/resource"
	"mydocker/state"
)

// belonging says what an object on the host is to this instance.
type belonging int

const (
	others  belonging = iota // another instance's, or nobody can tell
	ours                     // this instance's
	orphans                  // that of an instance whose directories are gone
	nobodys                  // its maker never came to mark it
)

// belongs takes an instance in whose containers somebody lives for no orphan: its
// directories lie where others do not see them, in a mount namespace of its own. Nor
// is anything ours for certain as long as somebody else has the same mark.
func (l *look) belongs(mark instance.Mark) belonging {
	switch {
	case l.mark().Same(mark):
		if l.twin {
			return others
		}
		return ours
	case mark.Gone() && !l.isInhabited(mark):
		return orphans
	}
	return others
}

func (l *look) isInhabited(mark instance.Mark) bool {
	all, err := manager.Containers()
	l.fail(err)
	return slices.ContainsFunc(all, func(found manager.Found) bool {
		return found.Ownership == cgroupfs.Marked && found.Mark == mark && !l.isDeserted(found)
	})
}

func (l *look) isDeserted(found manager.Found) bool {
	empty, err := found.IsEmpty()
	l.fail(err)
	return empty && err == nil
}

// grown is how old an unmarked cgroup has to be to count as a leftover. Its
// maker marks it some microseconds after it made it, unless it dies in between.
const grown = time.Minute

// cgroupBelongs takes an unmarked cgroup for another's as long as it is young or
// somebody lives in it: it may be that of a mydocker that does not mark any. Of one
// in which somebody lives whose instance is gone people want to know.
func (l *look) cgroupBelongs(found manager.Found) belonging {
	switch found.Ownership {
	case cgroupfs.Marked:
		whose := l.belongs(found.Mark)
		if whose == others && found.Mark.Gone() && !l.isDeserted(found) {
			return orphans
		}
		return whose
	case cgroupfs.Unmarked:
		if l.isDeserted(found) && time.Since(found.Since) > grown {
			return nobodys
		}
	}
	return others
}

func (l *look) linkBelongs(link bridge.Link) belonging {
	if !link.Marked {
		return nobodys
	}
	return l.belongs(link.Mark)
}

// wants tells whether a container has a resource of a kind right now.
func (l *look) wants(id, kind string) bool {
	found, readable := l.containers[id]
	if !readable || found.State != Up {
		return false
	}
	return found.Record.Runtime.Has(kind)
}

// leak reports what bears a container's ID and should not be there. Of an
// object of another instance, or one of which nobody knows, nothing is said.
func (l *look) leak(id string, r resource.Resource, whose belonging, mark instance.Mark) {
	if whose == others || l.busy[id] || whose == ours && l.wants(id, r.Kind()) || l.isBusy(id) {
		return
	}
	f := Finding{Class: Leaked, Kind: r.Kind(), Object: r.String(), Container: id, Why: whyLeakMatters(r)}
	switch whose {
	case ours:
		f.Detail = "there is no such container"
		if found, known := l.containers[id]; known {
			f.Detail = fmt.Sprintf("the container is %s and should have none", found.Status())
		}
		f.mend = quietly(func() error { return l.removeLeak(id, r) })
	case orphans:
		f.Detail = fmt.Sprintf("it is that of another mydocker, whose directory %q is gone", string(mark))
		if l.isEmpty(r) {
			f.mend = quietly(func() error { return removeOrphan(r, mark) })
		} else {
			f.Detail += " or in a mount namespace of its own, and processes run in it"
		}
	case nobodys:
		f.Detail = "no mark says which mydocker made it"
		if cgroup, is := r.(*manager.Cgroup); is {
			f.mend = quietly(cgroup.RemoveEmpty)
		}
	}
	if whose != orphans { // whose processes nobody should be told to end
		f.setRemedy(r.Explain().Remove)
	}
	l.report(f)
}

// isEmpty tells whether no process would have to end for a resource to go.
func (l *look) isEmpty(r resource.Resource) bool {
	cgroup, is := r.(*manager.Cgroup)
	if !is {
		return true
	}
	inside, err := cgroup.Processes()
	l.fail(err)
	return len(inside) == 0
}

// removeLeak removes what a container should not have, unless it has come to
// want it meanwhile.
func (e *Engine) removeLeak(id string, r resource.Resource) error {
	lock, err := e.lockContainer(id)
	if err != nil {
		return err
	}
	defer lock.Release()
	live, err := e.loadLive(id)
	if err != nil {
		return err
	}
	if live == nil {
		return r.Remove()
	}
	record, err := e.load(id)
	if err != nil {
		return err
	}
	if record.Runtime.Has(r.Kind()) {
		return nil
	}
	return r.Remove()
}

// removeOrphan looks once more whether the directories of an object's instance
// are gone.
func removeOrphan(r resource.Resource, mark instance.Mark) error {
	if !mark.Gone() {
		return nil
	}
	return r.Remove()
}

func whyLeakMatters(r resource.Resource) string {
	switch r.Kind() {
	case "cgroup":
		return "it takes memory of the kernel, and processes may still run in it"
	case "rules":
		return "they may send packets for a port to an address that another container has by now"
	case "lease":
		return "its address is given to nobody"
	case "subids":
		return "no container can be given them"
	}
	return "nobody needs it and nobody else removes it"
}

// lookForCgroups looks for cgroups of containers that have none.
func (l *look) lookForCgroups() error {
	all, err := manager.Containers()
	if err != nil {
		return err
	}
	for _, found := range all {
		cgroup := &manager.Cgroup{Path: manager.PathOf(found.Container), Instance: found.Mark, Everywhere: true}
		l.leak(found.Container, cgroup, l.cgroupBelongs(found), found.Mark)
	}
	return nil
}

// lookForLinks looks for bridges and veths that nothing is recorded of.
func (l *look) lookForLinks() error {
	links, err := bridge.Links()
	if err != nil {
		return err
	}
	cgroups, err := manager.Containers()
	if err != nil {
		return err
	}
	for _, link := range links {
		if link.Kind == bridge.VethKind {
			whose := l.linkBelongs(link)
			if _, has := slices.BinarySearchFunc(cgroups, link.Owner, byContainer); has && whose == nobodys {
				continue
			}
			l.leak(link.Owner, &bridge.Veth{Name: link.Name, Instance: link.Mark}, whose, link.Mark)
			continue
		}
		l.leakOfNetwork(link.Owner, &bridge.Bridge{Name: link.Name, Instance: link.Mark}, l.linkBelongs(link), link.Mark)
	}
	return nil
}

func byContainer(found manager.Found, id string) int { return strings.Compare(found.Container, id) }

// leakOfNetwork reports what bears a network's name and should not be there.
func (l *look) leakOfNetwork(name string, r resource.Resource, whose belonging, mark instance.Mark) {
	if whose == others || whose != orphans && l.knowsNetwork(name) {
		return
	}
	f := Finding{Class: Leaked, Kind: r.Kind(), Object: r.String(), Network: name, Why: whyLeakMatters(r)}
	switch whose {
	case ours:
		f.Detail = "there is no such network"
		f.mend = quietly(func() error { return l.removeNetworkLeak(name, r) })
	case orphans:
		f.Detail = fmt.Sprintf("it is that of another mydocker, whose directory %q is gone", string(mark))
		f.mend = quietly(func() error { return removeOrphan(r, mark) })
	case nobodys:
		f.Detail = "no mark says which mydocker made it"
	}
	f.setRemedy(r.Explain().Remove)
	l.report(f)
}

// knowsNetwork tells whether a network is recorded, readable or not, or
// somebody is at work on it.
func (l *look) knowsNetwork(name string) bool {
	held, err := state.Held(l.Layout.Lock(state.NetworkLock, name))
	l.fail(err)
	l.unsettled = l.unsettled || held
	return held || l.recorded(name)
}

func (e *Engine) recorded(network string) bool {
	return state.Exists(e.networkPath(network)) || state.Exists(e.networkMark(network))
}

func (e *Engine) removeNetworkLeak(name string, r resource.Resource) error {
	lock, err := e.lockNetwork(name)
	if err != nil {
		return err
	}
	defer lock.Release()
	if e.recorded(name) {
		return nil
	}
	return r.Remove()
}

// lookForRules looks for rules of containers and networks that are none. Rules
// bear no mark. But a container's come after its cgroup and go before it, and a
// network's come after its bridge and go before it: so they are leaked when
// there is none of it any more, of whichever instance, or when it is ours.
func (l *look) lookForRules() error {
	owners, err := iptables.Owners()
	if err != nil || len(owners) == 0 {
		return err
	}
	cgroups, err := manager.Containers()
	if err != nil {
		return err
	}
	links, err := bridge.Links()
	if err != nil {
		return err
	}
	for _, owner := range owners {
		rules, err := iptables.Found(owner)
		if err != nil {
			return err
		}
		if isID(owner) {
			whose, mark := l.ownerOfContainer(owner, cgroups)
			l.leak(owner, rules, whose, mark)
			continue
		}
		whose, mark := l.ownerOfNetwork(owner, links)
		l.leakOfNetwork(owner, rules, whose, mark)
	}
	return nil
}

func (l *look) ownerOfContainer(id string, all []manager.Found) (belonging, instance.Mark) {
	for _, found := range all {
		if found.Container == id && found.Ownership == cgroupfs.Marked {
			return l.belongs(found.Mark), found.Mark
		}
		if found.Container == id {
			return others, ""
		}
	}
	return ours, ""
}

func (l *look) ownerOfNetwork(name string, all []bridge.Link) (belonging, instance.Mark) {
	for _, link := range all {
		if link.Kind == bridge.BridgeKind && link.Name == name {
			return l.linkBelongs(link), link.Mark
		}
	}
	if l.elsewhere(name) {
		return others, ""
	}
	return ours, ""
}

// elsewhere tells whether another instance that is known, because a cgroup of
// its containers bears its mark, gives out addresses of a network. Somebody may
// have deleted the bridge.
func (l *look) elsewhere(network string) bool {
	all, err := manager.Containers()
	l.fail(err)
	return slices.ContainsFunc(all, func(found manager.Found) bool {
		other := state.Layout{RunRoot: string(found.Mark)}
		return found.Ownership == cgroupfs.Marked && l.belongs(found.Mark) == others && state.Exists(other.Leases(network))
	})
}
