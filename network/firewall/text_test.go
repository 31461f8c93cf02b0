package firewall

import (
	"net/netip"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"mydocker/internal/members"
)

func subnet() netip.Prefix { return netip.MustParsePrefix("10.10.10.1/24") }

func published(hostIP string) PublishedPort {
	port := PublishedPort{Protocol: TCP, HostPort: 8080, ContainerIP: netip.MustParseAddr("10.10.10.4"), ContainerPort: 80}
	if hostIP != "" {
		port.HostIP = netip.MustParseAddr(hostIP)
	}
	return port
}

func TestNetworkInWords(t *testing.T) {
	var got []string
	for _, rule := range ForNetwork("testbr", subnet()) {
		got = append(got, rule.AddCommand("testbr"))
	}
	want := []string{
		"iptables -t raw -I PREROUTING -d 10.10.10.0/24 ! -i testbr -m addrtype ! --dst-type LOCAL -m comment --comment mydocker:testbr -j DROP",
		"iptables -t raw -I PREROUTING -s 127.0.0.0/8 -i testbr -m comment --comment mydocker:testbr -j DROP",
		"iptables -t raw -I PREROUTING -d 127.0.0.0/8 -i testbr -m comment --comment mydocker:testbr -j DROP",
		"iptables -t filter -I FORWARD -o testbr -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -m comment --comment mydocker:testbr -j ACCEPT",
		"iptables -t filter -I FORWARD -i testbr -m comment --comment mydocker:testbr -j ACCEPT",
		"iptables -t nat -A POSTROUTING -s 10.10.10.0/24 ! -o testbr -m comment --comment mydocker:testbr -j MASQUERADE",
		"iptables -t nat -A POSTROUTING -s 10.10.10.0/24 -o testbr -m conntrack --ctstate DNAT -m comment --comment mydocker:testbr -j MASQUERADE",
		"iptables -t nat -A POSTROUTING -s 127.0.0.0/8 -o testbr -m comment --comment mydocker:testbr -j MASQUERADE",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestPublishedPortInWords(t *testing.T) {
	const anywhere = "-p tcp -m addrtype --dst-type LOCAL -m comment --comment mydocker:7 -m tcp --dport 8080 -j DNAT --to-destination 10.10.10.4:80"
	for hostIP, want := range map[string][]string{
		"":        {"iptables -t nat -D PREROUTING " + anywhere, "iptables -t nat -D OUTPUT " + anywhere},
		"0.0.0.0": {"iptables -t nat -D PREROUTING " + anywhere, "iptables -t nat -D OUTPUT " + anywhere},
		"192.0.2.7": {
			"iptables -t nat -D PREROUTING -d 192.0.2.7/32 -p tcp -m comment --comment mydocker:7 -m tcp --dport 8080 -j DNAT --to-destination 10.10.10.4:80",
			"iptables -t nat -D OUTPUT -d 192.0.2.7/32 -p tcp -m comment --comment mydocker:7 -m tcp --dport 8080 -j DNAT --to-destination 10.10.10.4:80",
		},
		// Nothing that comes over a wire is let through to it.
		"127.0.0.1": {"iptables -t nat -D OUTPUT -d 127.0.0.1/32 -p tcp -m comment --comment mydocker:7 -m tcp --dport 8080 -j DNAT --to-destination 10.10.10.4:80"},
	} {
		var got []string
		for _, rule := range ForPort(published(hostIP)) {
			got = append(got, rule.DeleteCommand("7"))
		}
		if !slices.Equal(got, want) {
			t.Errorf("published on %q: got\n%s\nwant\n%s", hostIP, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
}

func TestAShellReadsTheWordsBack(t *testing.T) {
	for _, owner := range []string{"testbr", "$(reboot)", "a;b", "a&b|c", "*", "~", "(x)", "a#b", "über"} {
		rule := ForNetwork("br$0", subnet())[0]
		line := rule.AddCommand(owner)
		output, err := exec.Command("bash", "-c", `iptables() { printf '%s\n' "$@"; }; `+line).Output()
		want := append([]string{"-t", "raw", "-I", "PREROUTING"}, rule.Words(owner)...)
		if got := strings.Split(strings.TrimSuffix(string(output), "\n"), "\n"); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s\nis read as %q, %v\nwant %q", line, got, err, want)
		}
	}
}

func TestRulesSurviveTheirStateFile(t *testing.T) {
	for _, rule := range append(ForNetwork("testbr", subnet()), ForPort(published("192.0.2.7"))...) {
		data, err := members.Marshal(&rule)
		if err != nil {
			t.Fatal(err)
		}
		var back Rule
		if err := members.Unmarshal(data, &back); err != nil || back != rule {
			t.Errorf("%s\nis read as %+v, %v\nwant %+v", data, back, err, rule)
		}
	}
}
