package network

import (
	"fmt"
	"net/netip"
	"strconv"

	"mydocker/internal/members"
)

// The transport protocols of which ports can be published.
const (
	TCP = "tcp"
	UDP = "udp"
)

// PortMapping publishes one port of a container on the host.
type PortMapping struct {
	HostIP        netip.Addr // unset: every address of the host
	HostPort      uint16     // 0: the kernel chooses one at start
	ContainerPort uint16
	Protocol      string // TCP or UDP
}

// Members implements members.Object.
func (m *PortMapping) Members(list *members.List) {
	list.Given("hostIP", &m.HostIP)
	list.Given("hostPort", &m.HostPort)
	list.Always("containerPort", &m.ContainerPort)
	list.Always("protocol", &m.Protocol)
}

// String renders a mapping as docker's ps does: 0.0.0.0:8080->80/tcp, or
// 80/tcp while the host's port is not known.
func (m PortMapping) String() string {
	if m.HostPort == 0 {
		return fmt.Sprintf("%d/%s", m.ContainerPort, m.Protocol)
	}
	return fmt.Sprintf("%s:%d->%d/%s", m.bindAddress(), m.HostPort, m.ContainerPort, m.Protocol)
}

// published is the host's side as a person would name it: 8080,
// 127.0.0.1:8080, 5353/udp.
func (m PortMapping) published() string {
	name := strconv.Itoa(int(m.HostPort))
	if m.HostIP.IsValid() {
		name = m.HostIP.String() + ":" + name
	}
	if m.Protocol != TCP {
		name += "/" + m.Protocol
	}
	return name
}

func (m PortMapping) bindAddress() netip.Addr {
	if m.HostIP.IsValid() {
		return m.HostIP
	}
	return netip.IPv4Unspecified()
}

// Collides tells whether two mappings claim one host port of one protocol on a
// common address.
func (m PortMapping) Collides(other PortMapping) bool {
	if m.HostPort != other.HostPort || m.Protocol != other.Protocol {
		return false
	}
	return !m.HostIP.IsValid() || !other.HostIP.IsValid() || m.HostIP == other.HostIP
}
