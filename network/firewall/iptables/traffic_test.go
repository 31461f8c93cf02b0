package iptables

import (
	"errors"
	"os"
	"testing"

	"mydocker/network/firewall"
	"mydocker/network/internal/netnstest"
)

// onEachBridge runs a test for each kind of iptables, with bridged packets
// passing through it and without: br_netfilter is on where Kubernetes or an
// older docker was.
func onEachBridge(t *testing.T, test func(t *testing.T, top topology)) {
	for _, bridged := range []string{"0", "1"} {
		t.Run("bridge-nf-call-iptables="+bridged, func(t *testing.T) {
			onEach(t, func(t *testing.T, v variant) {
				top := newTopology(t, v)
				const knob = "/proc/sys/net/bridge/bridge-nf-call-iptables"
				if err := os.WriteFile(knob, []byte(bridged), 0); err != nil && bridged == "1" {
					t.Skipf("needs br_netfilter: %v", err)
				}
				test(t, top)
			})
		})
	}
}

// publish publishes port 8080 of the host as port 80 of the server.
func (top topology) publish(t *testing.T, hostIP string) {
	t.Helper()
	var rules []firewall.Rule
	for _, protocol := range []firewall.Protocol{firewall.TCP, firewall.UDP} {
		rules = append(rules, firewall.ForPort(port(protocol, hostIP))...)
	}
	top.add(t, "1891821312", rules)
	top.serve(t, top.server, "10.10.10.4:80", "server")
}

func TestAPublishedPortIsReached(t *testing.T) {
	onEachBridge(t, func(t *testing.T, top topology) {
		top.publish(t, "")
		for name, test := range map[string]struct{ from, to, seen string }{
			"from another host":              {top.other, hostAddress, "192.0.2.9"}, // under its own address
			"from the host's own address":    {top.host, hostAddress, "192.0.2.1"},
			"from the bridge's address":      {top.host, "10.10.10.1", "10.10.10.1"},
			"from localhost":                 {top.host, "127.0.0.1", "10.10.10.1"},
			"from elsewhere in 127.0.0.0/8":  {top.host, "127.1.2.3", "10.10.10.1"},
			"from a container beside it":     {top.neighbour, hostAddress, "10.10.10.1"},
			"from there, by the gateway":     {top.neighbour, "10.10.10.1", "10.10.10.1"},
			"from a container of another":    {top.stranger, hostAddress, "10.10.10.1"},
			"from there, by its own gateway": {top.stranger, "10.20.0.1", "10.10.10.1"},
			"from there, by the other one":   {top.stranger, "10.10.10.1", "10.10.10.1"},
		} {
			for _, network := range []string{"tcp4", "udp4"} {
				answer, err := top.call(test.from, network, test.to+":8080", generous)
				if want := "server sees " + test.seen; err != nil || answer != want {
					t.Errorf("%s, %s: got %q, %v, want %q", name, network, answer, err, want)
				}
			}
		}
	})
}

// A container that calls its own published port comes out at itself. With
// br_netfilter the bridge has to send a packet back where it came from.
func TestAContainerReachesItsOwnPublishedPort(t *testing.T) {
	onEachBridge(t, func(t *testing.T, top topology) {
		netnstest.Shell(t, "ip link set v1010104 type bridge_slave hairpin on")
		top.publish(t, "")
		answer, err := top.call(top.server, "tcp4", hostAddress+":8080", generous)
		if want := "server sees 10.10.10.1"; err != nil || answer != want {
			t.Errorf("got %q, %v, want %q", answer, err, want)
		}
	})
}

func TestAPortOfOneAddressIsReachedThereAlone(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		top := newTopology(t, v)
		top.publish(t, hostAddress)
		if _, err := top.call(top.other, "tcp4", hostAddress+":8080", generous); err != nil {
			t.Error(err)
		}
		if _, err := top.call(top.host, "tcp4", "127.0.0.1:8080", brief); !errors.Is(err, errUnreachable) {
			t.Errorf("on 127.0.0.1: got %v", err)
		}
	})
}

// A neighbour on the wire can write 127.0.0.1 on a packet and send it to us.
func TestAPortOfLocalhostIsReachedFromTheHostAlone(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		top := newTopology(t, v)
		top.publish(t, "127.0.0.1")
		if _, err := top.call(top.host, "tcp4", "127.0.0.1:8080", generous); err != nil {
			t.Error(err)
		}
		top.forge(t, top.other, hostAddress)
		for from, namespace := range map[string]string{"the other host": top.other, "a container of another network": top.stranger} {
			if answer, err := top.call(namespace, "tcp4", "127.0.0.1:8080", brief); !errors.Is(err, errUnreachable) {
				t.Errorf("%s reached it: %q, %v", from, answer, err)
			}
		}
	})
}

// forge makes a namespace send what is for 127.0.0.1 to a gateway instead of
// to itself.
func (top topology) forge(t *testing.T, namespace, gateway string) {
	t.Helper()
	top.inside(t, namespace, `ip addr del 127.0.0.1/8 dev lo
		ip route add 127.0.0.0/8 via `+gateway+` dev eth0
		sysctl -qw net.ipv4.conf.all.route_localnet=1 net.ipv4.conf.eth0.route_localnet=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth0.rp_filter=0`)
}

func TestContainersReachTheOutsideAndEachOther(t *testing.T) {
	onEachBridge(t, func(t *testing.T, top topology) {
		top.serve(t, top.other, "192.0.2.9:53", "other")
		top.serve(t, top.neighbour, "10.10.10.5:53", "neighbour")
		for _, network := range []string{"tcp4", "udp4"} {
			answer, err := top.call(top.server, network, "192.0.2.9:53", generous)
			if want := "other sees " + hostAddress; err != nil || answer != want {
				t.Errorf("to the outside, %s: got %q, %v, want %q", network, answer, err, want)
			}
			answer, err = top.call(top.server, network, "10.10.10.5:53", generous)
			if want := "neighbour sees 10.10.10.4"; err != nil || answer != want {
				t.Errorf("to a neighbour, %s: got %q, %v, want %q", network, answer, err, want)
			}
		}
	})
}

// What is not published stays closed to all but the host and the neighbours,
// also where the host accepts what others would have it forward.
func TestAnUnpublishedPortIsNotReached(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		top := newTopology(t, v)
		v.run(t, "-P", "FORWARD", "ACCEPT")
		top.serve(t, top.server, "10.10.10.4:80", "server")
		top.inside(t, top.other, "ip route add 10.10.10.0/24 via "+hostAddress)
		for from, namespace := range map[string]string{"the other host": top.other, "a container of another network": top.stranger} {
			if answer, err := top.call(namespace, "tcp4", "10.10.10.4:80", brief); !errors.Is(err, errUnreachable) {
				t.Errorf("%s reached it: %q, %v", from, answer, err)
			}
		}
		for from, namespace := range map[string]string{"the host": top.host, "a neighbour": top.neighbour} {
			if _, err := top.call(namespace, "tcp4", "10.10.10.4:80", generous); err != nil {
				t.Errorf("from %s: %v", from, err)
			}
		}
	})
}

// CVE-2020-8558: with route_localnet, a container could reach what the host
// offers to itself alone.
func TestAContainerDoesNotReachTheHostsLocalhost(t *testing.T) {
	onEachBridge(t, func(t *testing.T, top topology) {
		top.serve(t, top.host, "127.0.0.1:9000", "host")
		top.forge(t, top.server, "10.10.10.1")
		if answer, err := top.call(top.server, "tcp4", "127.0.0.1:9000", brief); !errors.Is(err, errUnreachable) {
			t.Errorf("a container reached it: %q, %v", answer, err)
		}

		// Without the guard it would, or this test would prove nothing.
		top.run(t, "-t", "raw", "-F")
		if _, err := top.call(top.server, "tcp4", "127.0.0.1:9000", generous); err != nil {
			t.Errorf("the way is closed without the guard, too: %v", err)
		}
	})
}

// The same the other way: a packet that says it comes from 127.0.0.1, which
// some services of the host trust.
func TestAContainerDoesNotPassForTheHostsLocalhost(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		top := newTopology(t, v)
		received := top.receive(t, top.host, "10.10.10.1:9001")
		top.forge(t, top.server, "10.10.10.1")
		top.inside(t, top.server, "ip addr add 127.0.0.5/32 dev lo")
		top.send(t, top.server, "127.0.0.5:9001", "10.10.10.1:9001")
		if got := next(received, brief); got != "" {
			t.Errorf("the host took a packet from %s", got)
		}

		top.run(t, "-t", "raw", "-F")
		top.send(t, top.server, "127.0.0.5:9001", "10.10.10.1:9001")
		if got := next(received, generous); got != "127.0.0.5:9001" {
			t.Errorf("without the guard the host got a packet from %q", got)
		}
	})
}

func TestRemovedRulesLeaveThePortClosed(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		top := newTopology(t, v)
		top.publish(t, "")
		top.remove(t, "1891821312")
		if answer, err := top.call(top.other, "tcp4", hostAddress+":8080", brief); !errors.Is(err, errUnreachable) {
			t.Errorf("got %q, %v", answer, err)
		}
	})
}
