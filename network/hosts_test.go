package network_test

import (
	"net/netip"
	"strings"
	"testing"

	"mydocker/network"
)

func TestHostsFile(t *testing.T) {
	address := netip.MustParseAddr("10.10.10.2")
	for _, test := range []struct {
		hostname string
		address  netip.Addr
		extra    []network.HostEntry
		want     string
	}{
		{"web", address, nil, "10.10.10.2\tweb\n"},
		{"web.example.com", address, nil, "10.10.10.2\tweb.example.com web\n"},
		{"web", netip.Addr{}, nil, "127.0.1.1\tweb\n"},
		{"web", address, []network.HostEntry{{netip.MustParseAddr("10.10.10.3"), "db"}}, "10.10.10.2\tweb\n10.10.10.3\tdb\n"},
	} {
		got := string(network.HostsFile(test.hostname, test.address, test.extra...))
		if !strings.HasPrefix(got, "127.0.0.1\tlocalhost\n::1\tlocalhost ") || !strings.HasSuffix(got, "\nff02::2\tip6-allrouters\n"+test.want) {
			t.Errorf("%s at %s:\n%s", test.hostname, test.address, got)
		}
	}
}
