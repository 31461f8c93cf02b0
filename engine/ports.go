package engine

import (
	"cmp"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"

	"mydocker/network"
)

// ports are sockets that hold published host ports: nobody else can take one
// while a process has its socket.
type ports []*os.File

func (p ports) close() {
	for _, socket := range p {
		socket.Close()
	}
}

// holdPorts takes the host ports that a container publishes, and writes down
// those that the kernel chose. It takes them in the order of their numbers: of
// two commands that want some of the same ports, one gets all of its own then.
// The sockets are in the order in which the user named the ports.
func (e *Engine) holdPorts(record *Record) (held ports, err error) {
	record.Ports = make([]network.PortMapping, len(record.Publish))
	held = make(ports, len(record.Publish))
	for _, i := range inOrder(record.Publish) {
		wanted := record.Publish[i]
		err := e.step("bind port "+wanted.String(), func() (err error) {
			held[i], record.Ports[i], err = network.Reserve(wanted, func(address netip.Addr) bool { return e.isGateway(record.Network, address) })
			return e.blame(err)
		})
		if err != nil {
			return held, err
		}
	}
	return held, nil
}

// isGateway tells whether an address is the host's on a network. After a reboot the host
// has it when a container joins, which is after its ports are held.
func (e *Engine) isGateway(name string, address netip.Addr) bool {
	joined, err := e.Network(name)
	return err == nil && joined.Gateway == address
}

// inOrder gives the places of mappings in the order of their host ports; those
// for which the kernel chooses one come last.
func inOrder(mappings []network.PortMapping) []int {
	order := make([]int, len(mappings))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) uint16 { return mappings[i].HostPort - 1 } // 0 becomes the greatest
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	return order
}

// blame names the container in place of the monitor that holds its port.
func (e *Engine) blame(err error) error {
	var taken *network.PortInUseError
	if !errors.As(err, &taken) {
		return err
	}
	containers, _ := e.List()
	for _, other := range containers {
		if other.State != Exited && slices.ContainsFunc(other.Record.Ports, taken.Mapping.Collides) {
			return fmt.Errorf("publishing port %d: taken by container %q; choose another with -p HOST:%d",
				taken.Mapping.HostPort, other.Record.Name, taken.Mapping.ContainerPort)
		}
	}
	// A command that has just given up is not there any more; its name tells.
	holder := taken.Holder.PID
	if holder != 0 && (isMydocker(holder) || strings.HasPrefix(taken.Holder.Name, "mydocker")) {
		// A container that is starting is written down a little later, and one
		// of another instance elsewhere.
		return fmt.Errorf("publishing port %d: taken by another container that mydocker (pid %d) runs or starts; choose another with -p HOST:%d",
			taken.Mapping.HostPort, holder, taken.Mapping.ContainerPort)
	}
	return err
}

// IP is the container's address, "" for one that is on no network.
func (c Container) IP() string {
	if !c.Record.Address.IsValid() {
		return ""
	}
	return c.Record.Address.String()
}

// Ports is what the container publishes, as ps shows it.
func (c Container) Ports() string {
	var words []string
	for _, port := range c.Record.Ports {
		words = append(words, port.String())
	}
	return strings.Join(words, ", ")
}
