package network_test

import (
	"net/netip"
	"strings"
	"testing"

	"mydocker/network"
)

func TestParseSubnet(t *testing.T) {
	for _, test := range []struct{ text, subnet, gateway string }{
		{"10.10.10.1/24", "10.10.10.0/24", "10.10.10.1"},
		{"10.10.10.0/24", "10.10.10.0/24", "10.10.10.1"},
		{"10.10.10.254/24", "10.10.10.0/24", "10.10.10.254"},
		{"10.10.10.255/24", "10.10.10.0/24", "10.10.10.1"},
		{"10.10.10.255/16", "10.10.0.0/16", "10.10.10.255"},
		{"192.168.7.5/30", "192.168.7.4/30", "192.168.7.5"},
		{"10.0.0.0/8", "10.0.0.0/8", "10.0.0.1"},
	} {
		subnet, gateway, err := network.ParseSubnet(test.text)
		if err != nil || subnet.String() != test.subnet || gateway.String() != test.gateway {
			t.Errorf("%s: got %s, %s, %v, want %s, %s", test.text, subnet, gateway, err, test.subnet, test.gateway)
		}
	}
}

func TestParseSubnetRefuses(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"10.10.10.1/33", `parsing subnet "10.10.10.1/33": mask must be 0 to 32`},
		{"10.10.10.1/-1", "mask must be 0 to 32"},
		{"10.10.10.1/", "mask must be 0 to 32"},
		{"10.10.10.1/x", "mask must be 0 to 32"},
		{"10.10.10.1/24/24", "mask must be 0 to 32"},
		{"10.10.10.1", "mask is missing"},
		{"", "mask is missing"},
		{"10.10.10/24", `"10.10.10" is not an IP address`},
		{"10.10.10.256/24", "is not an IP address"},
		{"010.10.10.1/24", "is not an IP address"},
		{" 10.10.10.1/24", "is not an IP address"},
		{"fd00::1/64", "IPv6 is not supported yet"},
		{"::ffff:10.0.0.1/120", "IPv6 is not supported yet"},
		{"10.10.10.1/31", "no room"},
		{"10.10.10.1/32", "no room"},
		{"127.0.0.1/8", "loopback"},
		{"127.5.0.1/24", "loopback"},
		{"169.254.1.1/24", "link-local"},
		{"224.0.0.1/24", "multicast"},
		{"255.255.255.0/24", "future use"},
		{"0.0.0.0/0", "this network"},
		{"0.0.0.1/24", "this network"},
		{"64.0.0.0/1", "this network"},
		{"128.0.0.0/1", "link-local"},
	} {
		_, _, err := network.ParseSubnet(test.text)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "parsing subnet ") {
			t.Errorf("%q: %v, want %q", test.text, err, test.want)
		}
	}
}

func TestHosts(t *testing.T) {
	for _, test := range []struct{ subnet, first, last string }{
		{"10.10.10.0/24", "10.10.10.1", "10.10.10.254"},
		{"10.10.10.77/30", "10.10.10.77", "10.10.10.78"},
		{"172.20.0.0/16", "172.20.0.1", "172.20.255.254"},
		{"10.128.0.0/9", "10.128.0.1", "10.255.255.254"},
	} {
		first, last := network.Hosts(netip.MustParsePrefix(test.subnet))
		if first.String() != test.first || last.String() != test.last {
			t.Errorf("%s: %s to %s, want %s to %s", test.subnet, first, last, test.first, test.last)
		}
	}
}

func FuzzParseSubnet(f *testing.F) {
	for _, seed := range []string{"10.10.10.1/24", "10.10.10.1/33", "0.0.0.0/0", "fd00::1/64", "10.0.0.1/31", "1.2.3.4/", "/24", "10.1.1.1/007", "::ffff:1.2.3.4/24", "1.2.3.4%eth0/24"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		subnet, gateway, err := network.ParseSubnet(text)
		if err != nil {
			if subnet.IsValid() || gateway.IsValid() {
				t.Errorf("%q: an error and yet %s, %s", text, subnet, gateway)
			}
			return
		}
		first, last := network.Hosts(subnet)
		if subnet != subnet.Masked() || !subnet.Contains(gateway) || gateway.Less(first) || last.Less(gateway) || !first.Less(last) {
			t.Errorf("%q: subnet %s, gateway %s, hosts %s to %s", text, subnet, gateway, first, last)
		}
		again, same, err := network.ParseSubnet(netip.PrefixFrom(gateway, subnet.Bits()).String())
		if err != nil || again != subnet || same != gateway {
			t.Errorf("%q: written and read again it is %s, %s, %v", text, again, same, err)
		}
	})
}
