package bridge

import "mydocker/resource"

// Forwarding lets the host pass packets on between its links: the sysctl
// net.ipv4.ip_forward (Documentation/networking/ip-sysctl.rst). It belongs to the
// whole network namespace. Others may rely on it by the time a network is
// removed, so that nobody switches it off again.
type Forwarding struct{}

// ForwardingKind is the kind of Forwarding.
const ForwardingKind = "sysctl"

func forwarding() setting { return setting{"net/ipv4/ip_forward", forwards} }

func (Forwarding) Kind() string { return ForwardingKind }
func (Forwarding) String() string {
	return `sysctl "` + dotted(forwarding().path) + `"`
}

// Create comes before a bridge: the kernel resets settings of every link when
// it is switched on, and a new link starts out with it.
func (Forwarding) Create() error { return forwarding().switchOn() }

// Remove leaves it on.
func (Forwarding) Remove() error { return nil }

func (Forwarding) Check() (resource.Status, error) {
	on, err := forwarding().isOn()
	if err != nil || on {
		return resource.Status{State: resource.Present}, err
	}
	return resource.Status{State: resource.Altered, Detail: "it is 0"}, nil
}

func (Forwarding) Explain() resource.Steps {
	return resource.Steps{Create: []string{forwarding().explain()}}
}
