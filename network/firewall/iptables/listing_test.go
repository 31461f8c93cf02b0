package iptables

import (
	"net/netip"
	"os/exec"
	"regexp"
	"testing"

	"mydocker/network/firewall"
)

const networkListing = `-t raw -A PREROUTING -d 127.0.0.0/8 -i testbr -m comment --comment "mydocker:testbr" -j DROP
-t raw -A PREROUTING -s 127.0.0.0/8 -i testbr -m comment --comment "mydocker:testbr" -j DROP
-t raw -A PREROUTING -d 10.10.10.0/24 ! -i testbr -m addrtype ! --dst-type LOCAL -m comment --comment "mydocker:testbr" -j DROP
-t nat -A POSTROUTING -s 10.10.10.0/24 ! -o testbr -m comment --comment "mydocker:testbr" -j MASQUERADE
-t nat -A POSTROUTING -s 10.10.10.0/24 -o testbr -m conntrack --ctstate DNAT -m comment --comment "mydocker:testbr" -j MASQUERADE
-t nat -A POSTROUTING -s 127.0.0.0/8 -o testbr -m comment --comment "mydocker:testbr" -j MASQUERADE
-t filter -A FORWARD -i testbr -m comment --comment "mydocker:testbr" -j ACCEPT
-t filter -A FORWARD -o testbr -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -m comment --comment "mydocker:testbr" -j ACCEPT
`

func TestRulesAreListedAsIfIptablesHadMadeThem(t *testing.T) {
	for name, test := range map[string]struct {
		owner string
		rules []firewall.Rule
		want  string
	}{
		"network": {"testbr", networkRules(), networkListing},
		"bridge with the longest name": {"fifteen-letters", firewall.ForNetwork("fifteen-letters", netip.MustParsePrefix("10.0.0.0/8"))[4:6], `-t nat -A POSTROUTING -s 10.0.0.0/8 ! -o fifteen-letters -m comment --comment "mydocker:fifteen-letters" -j MASQUERADE
-t filter -A FORWARD -i fifteen-letters -m comment --comment "mydocker:fifteen-letters" -j ACCEPT
`},
		"bridge whose name begins as another": {"br", firewall.ForNetwork("br", netip.MustParsePrefix("10.1.2.128/25"))[5:6], `-t nat -A POSTROUTING -s 10.1.2.128/25 ! -o br -m comment --comment "mydocker:br" -j MASQUERADE
`},
		"port": {"1891821312", portRules(), `-t nat -A PREROUTING -p tcp -m addrtype --dst-type LOCAL -m comment --comment "mydocker:1891821312" -m tcp --dport 8080 -j DNAT --to-destination 10.10.10.4:80
-t nat -A OUTPUT -p tcp -m addrtype --dst-type LOCAL -m comment --comment "mydocker:1891821312" -m tcp --dport 8080 -j DNAT --to-destination 10.10.10.4:80
`},
		"port of every address": {"1", firewall.ForPort(port(firewall.UDP, "0.0.0.0")), `-t nat -A PREROUTING -p udp -m addrtype --dst-type LOCAL -m comment --comment "mydocker:1" -m udp --dport 8080 -j DNAT --to-destination 10.10.10.4:80
-t nat -A OUTPUT -p udp -m addrtype --dst-type LOCAL -m comment --comment "mydocker:1" -m udp --dport 8080 -j DNAT --to-destination 10.10.10.4:80
`},
		"port of one address": {"1", firewall.ForPort(port(firewall.UDP, "192.0.2.7")), `-t nat -A PREROUTING -d 192.0.2.7/32 -p udp -m comment --comment "mydocker:1" -m udp --dport 8080 -j DNAT --to-destination 10.10.10.4:80
-t nat -A OUTPUT -d 192.0.2.7/32 -p udp -m comment --comment "mydocker:1" -m udp --dport 8080 -j DNAT --to-destination 10.10.10.4:80
`},
		"port of localhost": {"1", firewall.ForPort(port(firewall.TCP, "127.0.0.1")), `-t nat -A OUTPUT -d 127.0.0.1/32 -p tcp -m comment --comment "mydocker:1" -m tcp --dport 8080 -j DNAT --to-destination 10.10.10.4:80
`},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, v variant) {
				v.add(t, test.owner, test.rules)
				if got := v.rules(t); got != test.want {
					t.Errorf("%s lists\n%s\nwant\n%s", v.save, got, test.want)
				}
			})
		})
	}
}

func TestTheArticlesListingOfAPublishedPort(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.add(t, "1891821312", portRules())
		listing := v.run(t, "-t", "nat", "-L", "PREROUTING")
		want := regexp.MustCompile(`(?m)^DNAT +tcp +-- +anywhere +anywhere .*tcp dpt:http-alt to:10\.10\.10\.4:80$`)
		if !want.MatchString(listing) {
			t.Errorf("got\n%s\nwant a line like %s", listing, want)
		}
	})
}

// The lines that Explain gives make the same rules, and take away those that
// were written without iptables.
func TestExplainedLinesDoTheSame(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		explained := &Rules{Owner: "testbr", Rules: append(networkRules(), portRules()...)}
		steps := explained.Explain()

		v.add(t, explained.Owner, explained.Rules)
		written := v.rules(t)
		v.typeIn(t, steps.Remove)
		if left := v.rules(t); left != "" {
			t.Fatalf("after the explained removal there are still\n%s", left)
		}

		v.typeIn(t, steps.Create)
		if typed := v.rules(t); typed != written {
			t.Errorf("typed in, the rules are\n%s\nwritten, they are\n%s", typed, written)
		}
		if found, err := v.Find(explained.Owner); err != nil || firewall.Compare(explained.Owner, explained.Rules, found).State != "present" {
			t.Errorf("the typed rules are not known again: %v, %v", firewall.Compare(explained.Owner, explained.Rules, found), err)
		}
		v.remove(t, explained.Owner)
		if left := v.rules(t); left != "" {
			t.Errorf("of the typed rules Remove leaves\n%s", left)
		}
	})
}

// typeIn runs shell lines in which iptables is the kind under test.
func (v variant) typeIn(t *testing.T, lines []string) {
	t.Helper()
	for _, line := range lines {
		if output, err := exec.Command("sh", "-c", "iptables() { "+v.command+` "$@"; }; `+line).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", line, err, output)
		}
	}
}
