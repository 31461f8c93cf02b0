package network_test

import (
	"io"
	"net"
	"net/netip"
	"testing"
	"time"

	"mydocker/network/bridge"
	"mydocker/network/firewall"
	"mydocker/network/firewall/iptables"
	"mydocker/network/internal/netnstest"
	"mydocker/resource"
)

// A published port answers to everybody who should reach it, while its
// reservation keeps other programs off it, and to nobody once its rules are
// gone.
func TestAPublishedPortLeadsIntoTheContainer(t *testing.T) {
	netnstest.Enter(t)
	outside, container, neighbour := netnstest.New(t), netnstest.New(t), netnstest.New(t)
	netnstest.Shell(t,
		"ip link add up0 type veth peer name up1 netns "+outside,
		"ip addr add 192.0.2.1/24 dev up0", "ip link set up0 up",
		"nsenter --net="+outside+" ip addr add 192.0.2.9/24 dev up1",
		"nsenter --net="+outside+" ip link set up1 up",
	)
	subnet := netip.MustParsePrefix("10.10.10.0/24")
	_, mapping := reserve(t, "8080:80")
	set := resource.Set{
		bridge.Forwarding{},
		&bridge.Bridge{Name: "testbr", Address: netip.MustParsePrefix("10.10.10.1/24")},
		&iptables.Rules{Owner: "testbr", Rules: firewall.ForNetwork("testbr", subnet)},
		veth("0000000001", "10.10.10.2/24", container),
		veth("0000000002", "10.10.10.3/24", neighbour),
		&iptables.Rules{Owner: "0000000001", Rules: firewall.ForPort(firewall.PublishedPort{
			Protocol:      firewall.TCP,
			HostPort:      mapping.HostPort,
			ContainerIP:   netip.MustParseAddr("10.10.10.2"),
			ContainerPort: mapping.ContainerPort,
		})},
	}
	if err := set.Create(nil); err != nil {
		t.Fatal(err)
	}
	greet(t, container, "10.10.10.2:80")
	host := netnstest.Own(t)
	for _, caller := range []struct{ who, sandbox, address string }{
		{"another host", outside, "192.0.2.1:8080"},
		{"the host by localhost", host, "127.0.0.1:8080"},
		{"the host by its address", host, "192.0.2.1:8080"},
		{"the host by the gateway", host, "10.10.10.1:8080"},
		{"a neighbour by the host's address", neighbour, "192.0.2.1:8080"},
		{"a neighbour by the container's address", neighbour, "10.10.10.2:80"},
		{"the container by the host's address", container, "192.0.2.1:8080"},
	} {
		if word, err := call(caller.sandbox, caller.address); err != nil || word != greeting {
			t.Errorf("%s at %s: %q, %v", caller.who, caller.address, word, err)
		}
	}
	if err := set[5].Remove(); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "192.0.2.1:8080")
	if err := set.Remove(nil); err != nil {
		t.Fatal(err)
	}
}

func veth(id, address, sandbox string) *bridge.Veth {
	return &bridge.Veth{
		Name: bridge.VethName(id), Bridge: "testbr", Sandbox: sandbox,
		Address: netip.MustParsePrefix(address), Gateway: netip.MustParseAddr("10.10.10.1"),
	}
}

const greeting = "hello"

// greet answers every connection to an address of a sandbox.
func greet(t *testing.T, sandbox, address string) {
	t.Helper()
	var listener net.Listener
	err := netnstest.In(sandbox, func() (err error) {
		listener, err = net.Listen("tcp4", address)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			io.WriteString(connection, greeting)
			connection.Close()
		}
	}()
}

func call(sandbox, address string) (word string, err error) {
	err = netnstest.In(sandbox, func() error {
		connection, err := net.DialTimeout("tcp4", address, patience)
		if err != nil {
			return err
		}
		defer connection.Close()
		connection.SetDeadline(time.Now().Add(patience))
		answer, err := io.ReadAll(connection)
		word = string(answer)
		return err
	})
	return word, err
}
