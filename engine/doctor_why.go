package engine

import (
	"mydocker/network/firewall"
	"mydocker/network/firewall/iptables"
	"mydocker/resource"
)

// whyItMatters says what does not work without a resource.
func whyItMatters(r resource.Resource) string {
	switch r.Kind() {
	case "name":
		return "commands do not find the container by its name, and another one may take it"
	case "upper":
		return "the container's files are in it"
	case "cgroup":
		return "the container's limits do not hold, and its processes cannot be counted or ended as a whole"
	case "lease":
		return "another container may be given the same address"
	case "subids":
		return "another container may be given the same users"
	case "veth":
		return "the container does not reach its network"
	case "pool":
		return "no container on the network can be given an address"
	case "sysctl":
		return "the host passes nothing on: containers reach nobody outside, and no published port leads to them"
	case "bridge":
		return "containers on the network reach nobody"
	case "rules":
		return whyRulesMatter(r.(*iptables.Rules))
	}
	return "it is recorded"
}

func whyRulesMatter(rules *iptables.Rules) string {
	for _, rule := range rules.Rules {
		if rule.Target == firewall.Masquerade {
			return "containers on the network reach nobody outside, others reach them past their published ports, or they reach 127.0.0.1 of this host"
		}
	}
	return "a published port does not lead to the container"
}
