package engine

import (
	"slices"

	"mydocker/cgroups/manager"
	"mydocker/container/apparmor"
	"mydocker/network"
	"mydocker/network/bridge"
	"mydocker/network/firewall/iptables"
	"mydocker/network/ipam"
	"mydocker/overlay"
	"mydocker/resource"
	"mydocker/subid"
)

// blank gives an empty resource of a kind, for reading a journal back.
func blank(kind string) resource.Resource {
	switch kind {
	case "name":
		return &Name{}
	case "upper":
		return &overlay.Upper{}
	case apparmor.Kind:
		return &apparmor.Profile{}
	case "cgroup":
		return &manager.Cgroup{}
	case subid.RangeKind:
		return &subid.Range{}
	case "lease":
		return &ipam.Lease{}
	case "veth":
		return &bridge.Veth{}
	case "bridge":
		return &bridge.Bridge{}
	case "rules":
		return &iptables.Rules{}
	}
	return nil
}

// planStorage lists what a container has for as long as it exists.
func (e *Engine) planStorage(record *Record) (err error) {
	set := append(e.subIDResources(record), e.upper(record))
	if record.Name != record.ID {
		set = append(set, &Name{Directory: e.Layout.Names(), Name: record.Name, ID: record.ID})
	}
	record.Storage, err = resource.Encode(set)
	return err
}

// planRuntime lists what a container has while it runs. The address, when
// there is a network, has been chosen.
func (e *Engine) planRuntime(record *Record, joined *network.Network) (err error) {
	set := resource.Set{e.cgroup(record)}
	if record.AppArmor == apparmor.DefaultProfile {
		set = append(set, &apparmor.Profile{Name: record.AppArmor})
	}
	if joined != nil {
		set = append(set, e.endpointResources(record, joined)...)
	}
	record.Runtime, err = resource.Encode(set)
	return err
}

// upper is volatile where the container goes with its run: there the kernel
// need not write the whole host's file system back when it is unmounted.
func (e *Engine) upper(record *Record) *overlay.Upper {
	return &overlay.Upper{
		Directory: e.Layout.Container(record.ID) + "/layer", Lower: record.Image.top(),
		Volatile: record.AutoRemove,
	}
}

func (e *Engine) cgroup(record *Record) *manager.Cgroup {
	return &manager.Cgroup{Path: manager.PathOf(record.ID), Limits: record.limits(), Instance: e.mark()}
}

// aroundStart splits a set into what is made before there is a process and
// what needs one: a veth needs its network namespace.
func aroundStart(set resource.Set) (before, after resource.Set) {
	at := slices.IndexFunc(set, func(r resource.Resource) bool { return r.Kind() == bridge.VethKind })
	if at < 0 {
		return set, nil
	}
	return set[:at], set[at:]
}
