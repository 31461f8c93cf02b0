package engine

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"mydocker/cgroups"
	"mydocker/cgroups/manager"
	"mydocker/host"
	"mydocker/network/bridge"
	"mydocker/network/firewall"
	"mydocker/network/firewall/iptables"
	"mydocker/resource"
)

// examineHost finds out whether the host can run containers at all, and says
// what it is and what it cannot do.
func (e *Engine) examineHost() (unfit []Finding, notes []string, err error) {
	faults := host.SystemCalls()
	faults = append(faults, host.Namespaces()...)
	faults = append(faults, examineCgroups()...)
	stored, err := host.Storage(e.Layout.Root)
	faults = append(faults, stored...)
	faults = append(faults, host.Networking(tryNetwork)...)
	faults = append(faults, host.Connections()...)
	for _, fault := range faults {
		unfit = append(unfit, Finding{
			Class: Unfit, Kind: "host", Object: fault.Object, Detail: fault.Detail, Why: fault.Why, Remedy: fault.Remedy,
		})
	}
	facts, factsErr := hostFacts()
	if err == nil {
		err = factsErr
	}
	for _, note := range host.Notes() {
		facts = append(facts, "note: "+note)
	}
	return unfit, facts, err
}

// examineCgroups tells whether containers can be counted and ended as a whole.
func examineCgroups() []host.Fault {
	err := manager.Verify(nil)
	if err == nil {
		return nil
	}
	return []host.Fault{{
		Object: "cgroups", Detail: err.Error(), Why: "no container can be started",
		Remedy: []string{"mount -t cgroup2 none /sys/fs/cgroup"},
	}}
}

// hostFacts describes the host in a few lines.
func hostFacts() ([]string, error) {
	hierarchies, err := manager.Hierarchies()
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, hierarchy := range hierarchies {
		parts = append(parts, fmt.Sprintf("%s (version %d)", strings.Join(hierarchy.Controllers, ","), hierarchy.Version))
	}
	facts := []string{fmt.Sprintf("host: kernel %s; cgroups %s; %s", host.Release(), strings.Join(parts, ", "), iptables.Describe())}
	return append(facts, missingControllers(hierarchies)...), nil
}

// missingControllers says which flags of run a host refuses.
func missingControllers(hierarchies []cgroups.Hierarchy) []string {
	var notes []string
	for _, one := range []struct{ controller, flags string }{
		{cgroups.Memory, "-m"}, {cgroups.CPU, "--cpus"}, {cgroups.CPUSet, "--cpuset"}, {cgroups.Pids, "--pids-limit"},
	} {
		has := func(h cgroups.Hierarchy) bool { return h.Has(one.controller) }
		if !slices.ContainsFunc(hierarchies, has) {
			notes = append(notes, fmt.Sprintf("note: without the cgroup controller %s: limits of %s are refused", one.controller, one.flags))
		}
	}
	return notes
}

// tryNetwork makes, in the network namespace of the trial, all that a network
// with a container and a published port has.
func tryNetwork() error {
	const name, id = "trial", "0000000000"
	subnet := netip.MustParsePrefix("192.0.2.0/24") // kept for documentation by RFC 5737
	gateway, address := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	port := firewall.PublishedPort{Protocol: firewall.TCP, HostPort: 80, ContainerIP: address, ContainerPort: 80}
	trial := resource.Set{
		bridge.Forwarding{},
		&bridge.Bridge{Name: name, Address: netip.PrefixFrom(gateway, subnet.Bits())},
		&iptables.Rules{Owner: name, Rules: firewall.ForNetwork(name, subnet)},
		&bridge.Veth{
			Name: bridge.VethName(id), Bridge: name, Gateway: gateway, Address: netip.PrefixFrom(address, subnet.Bits()),
			Sandbox: "/proc/thread-self/ns/net",
		},
		&iptables.Rules{Owner: id, Rules: firewall.ForPort(port)},
	}
	return trial.Create(nil)
}
