package network_test

import (
	"net/netip"
	"strings"
	"testing"

	"mydocker/network"
	"mydocker/network/internal/netnstest"
)

// host makes a network namespace that looks like a machine with some routes.
func host(t *testing.T) {
	netnstest.Enter(t)
	netnstest.Shell(t,
		"ip link add up0 type veth peer name up1",
		"ip addr add 192.0.2.2/24 dev up0",
		"ip link set up0 up", "ip link set up1 up",
		"ip route add default via 192.0.2.1",
		"ip route add 0.0.0.0/1 via 192.0.2.1", "ip route add 128.0.0.0/1 via 192.0.2.1", // a VPN's way
		"ip route add 10.20.0.0/16 via 192.0.2.1",
		"ip route add 10.30.0.0/16 via 192.0.2.1 table 100",
		"ip route add blackhole 10.40.0.0/16",
		"ip addr add 10.50.0.1 peer 10.60.0.1/32 dev up1",
	)
}

func TestCheckOverlap(t *testing.T) {
	host(t)
	known := []network.Network{{Name: "testbr", Subnet: netip.MustParsePrefix("10.10.10.0/24")}}
	for _, free := range []string{"10.10.11.0/24", "172.20.0.0/16", "198.51.100.0/24", "10.21.0.0/16"} {
		if err := network.CheckOverlap(netip.MustParsePrefix(free), known); err != nil {
			t.Errorf("%s is free: %v", free, err)
		}
	}
	for _, test := range []struct{ subnet, want string }{
		{"10.10.10.0/24", `network "testbr" (10.10.10.0/24)`},
		{"10.10.0.0/16", `network "testbr"`},
		{"10.10.10.128/25", `network "testbr"`},
		{"192.0.2.0/24", `address 192.0.2.2/24 of interface "up0"`},
		{"192.0.0.0/16", `192.0.2.2/24`},
		{"10.20.5.0/24", `route 10.20.0.0/16 of interface "up0"`},
		{"10.30.5.0/24", `route 10.30.0.0/16`},
		{"10.40.5.0/24", `route 10.40.0.0/16`},
		{"10.50.0.0/24", `address 10.50.0.1/32 of interface "up1"`},
		{"10.60.0.0/24", `10.60.0.1/32`},
	} {
		err := network.CheckOverlap(netip.MustParsePrefix(test.subnet), known)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "--subnet") {
			t.Errorf("%s: %v, want %q", test.subnet, err, test.want)
		}
	}
}

func TestFirstFree(t *testing.T) {
	host(t)
	netnstest.Shell(t, "ip addr add 172.21.7.1/24 dev up1")
	var known []network.Network
	var got []string
	for {
		subnet, gateway, err := network.FirstFree(known)
		if err != nil {
			if !strings.Contains(err.Error(), "--subnet") {
				t.Errorf("no remedy in %v", err)
			}
			break
		}
		if first, _ := network.Hosts(subnet); gateway != first {
			t.Errorf("%s: gateway %s, want %s", subnet, gateway, first)
		}
		got = append(got, subnet.String())
		known = append(known, network.Network{Name: subnet.String(), Subnet: subnet})
	}
	if len(got) != 12-1+16 || got[0] != "172.20.0.0/16" || got[1] != "172.22.0.0/16" || got[11] != "192.168.0.0/20" || got[26] != "192.168.240.0/20" {
		t.Errorf("in turn: %v", got)
	}
}
