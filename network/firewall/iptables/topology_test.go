package iptables

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"mydocker/network/firewall"
	"mydocker/network/internal/netnstest"
)

// topology is a host with two networks, as mydocker would make them, and one
// other host. Each is a network namespace:
//
//	other 192.0.2.9 --- 192.0.2.1 host 10.10.10.1 testbr +-- server    10.10.10.4
//	                                                     +-- neighbour 10.10.10.5
//	                                   10.20.0.1 second  +-- stranger  10.20.0.2
type topology struct {
	variant
	host, other, server, neighbour, stranger string // paths of network namespaces
}

// hostAddress is the host's own, on the wire to the other host.
const hostAddress = "192.0.2.1"

// newTopology wires everything. The test's thread stays on the host, on which
// docker has been before: FORWARD drops what nobody accepts.
func newTopology(t *testing.T, v variant) topology {
	t.Helper()
	top := topology{
		variant: v,
		host:    netnstest.Own(t),
		other:   netnstest.New(t), server: netnstest.New(t), neighbour: netnstest.New(t), stranger: netnstest.New(t),
	}
	netnstest.Shell(t,
		"sysctl -qw net.ipv4.ip_forward=1",
		"ip link add testbr type bridge; ip addr add 10.10.10.1/24 dev testbr; ip link set testbr up",
		"ip link add second type bridge; ip addr add 10.20.0.1/24 dev second; ip link set second up",
		"sysctl -qw net.ipv4.conf.testbr.route_localnet=1 net.ipv4.conf.second.route_localnet=1",
		"ip link add wire type veth peer name eth0 netns "+top.other,
		"ip addr add "+hostAddress+"/24 dev wire; ip link set wire up",
	)
	top.inside(t, top.other, "ip link set lo up; ip addr add 192.0.2.9/24 dev eth0; ip link set eth0 up")
	top.connect(t, top.server, "testbr", "10.10.10.4/24", "10.10.10.1")
	top.connect(t, top.neighbour, "testbr", "10.10.10.5/24", "10.10.10.1")
	top.connect(t, top.stranger, "second", "10.20.0.2/24", "10.20.0.1")
	v.typeIn(t, []string{
		"iptables -P FORWARD DROP",
		"iptables -N DOCKER-USER", "iptables -A DOCKER-USER -j RETURN",
		"iptables -A FORWARD -j DOCKER-USER",
		"iptables -A FORWARD -i docker0 ! -o docker0 -j ACCEPT",
		"iptables -t nat -N DOCKER",
		"iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
		"iptables -t nat -A OUTPUT ! -d 127.0.0.0/8 -m addrtype --dst-type LOCAL -j DOCKER",
	})
	v.add(t, "testbr", networkRules())
	v.add(t, "second", firewall.ForNetwork("second", netip.MustParsePrefix("10.20.0.0/24")))
	return top
}

// connect gives a container its eth0 on a bridge.
func (top topology) connect(t *testing.T, container, bridge, address, gateway string) {
	t.Helper()
	port := "v" + strings.ReplaceAll(strings.TrimSuffix(address, "/24"), ".", "")
	netnstest.Shell(t,
		"ip link add "+port+" type veth peer name eth0 netns "+container,
		"ip link set "+port+" master "+bridge+" up",
	)
	top.inside(t, container, "ip link set lo up; ip addr add "+address+" dev eth0; ip link set eth0 up; ip route add default via "+gateway)
}

// inside runs a shell line in another network namespace.
func (top topology) inside(t *testing.T, namespace, line string) {
	t.Helper()
	err := netnstest.In(namespace, func() error { netnstest.Shell(t, line); return nil })
	if err != nil {
		t.Fatal(err)
	}
}

// serve answers every connection and every datagram that comes to an address
// of a namespace with the name of the server and the address that it sees the
// client under.
func (top topology) serve(t *testing.T, namespace, address, name string) {
	t.Helper()
	err := netnstest.In(namespace, func() error {
		listener, err := net.Listen("tcp4", address)
		if err != nil {
			return err
		}
		t.Cleanup(func() { listener.Close() })
		go answerStreams(listener, name)
		conversation, err := net.ListenPacket("udp4", address)
		if err != nil {
			return err
		}
		t.Cleanup(func() { conversation.Close() })
		go answerDatagrams(conversation, name)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func answerStreams(listener net.Listener, name string) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		host, _, _ := net.SplitHostPort(connection.RemoteAddr().String())
		fmt.Fprintf(connection, "%s sees %s", name, host)
		connection.Close()
	}
}

func answerDatagrams(conversation net.PacketConn, name string) {
	buffer := make([]byte, 100)
	for {
		_, from, err := conversation.ReadFrom(buffer)
		if err != nil {
			return
		}
		host, _, _ := net.SplitHostPort(from.String())
		conversation.WriteTo([]byte(name+" sees "+host), from)
	}
}

// errUnreachable says that nothing answered.
var errUnreachable = errors.New("nothing answers")

// call asks a server from a namespace and gives its answer.
func (top topology) call(namespace, network, address string, patience time.Duration) (answer string, err error) {
	err = netnstest.In(namespace, func() error {
		deadline, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		connection, err := new(net.Dialer).DialContext(deadline, network, address)
		if err != nil {
			return fmt.Errorf("%w: %w", errUnreachable, err)
		}
		defer connection.Close()
		connection.SetDeadline(time.Now().Add(patience))
		connection.Write([]byte("?"))
		buffer := make([]byte, 100)
		n, err := connection.Read(buffer)
		answer = string(buffer[:n])
		if err != nil && err != io.EOF {
			return fmt.Errorf("%w: %w", errUnreachable, err)
		}
		return nil
	})
	return answer, err
}

// The times that a packet gets: much for one that should arrive, little for
// one that should not.
const (
	generous = 5 * time.Second
	brief    = 300 * time.Millisecond
)

// receive gives the senders of the datagrams that come to an address.
func (top topology) receive(t *testing.T, namespace, address string) <-chan string {
	t.Helper()
	senders := make(chan string, 10)
	err := netnstest.In(namespace, func() error {
		conversation, err := net.ListenPacket("udp4", address)
		if err != nil {
			return err
		}
		t.Cleanup(func() { conversation.Close() })
		go func() {
			for {
				_, from, err := conversation.ReadFrom(make([]byte, 1))
				if err != nil {
					return
				}
				senders <- from.String()
			}
		}()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return senders
}

// send sends one datagram that says it comes from an address.
func (top topology) send(t *testing.T, namespace, from, to string) {
	t.Helper()
	err := netnstest.In(namespace, func() error {
		source := net.UDPAddrFromAddrPort(netip.MustParseAddrPort(from))
		connection, err := (&net.Dialer{LocalAddr: source}).Dial("udp4", to)
		if err != nil {
			return err
		}
		defer connection.Close()
		_, err = connection.Write([]byte("!"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// next waits for the next sender.
func next(senders <-chan string, patience time.Duration) string {
	select {
	case sender := <-senders:
		return sender
	case <-time.After(patience):
		return ""
	}
}
