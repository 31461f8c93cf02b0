package legacy

import (
	"net/netip"
	"slices"
	"testing"

	"mydocker/network/firewall"
)

func TestSplit(t *testing.T) {
	for text, want := range map[string][]string{
		`-A FORWARD -j ACCEPT`:            {"-A", "FORWARD", "-j", "ACCEPT"},
		`--comment "mydocker:x" -j DROP`:  {"--comment", "mydocker:x", "-j", "DROP"},
		`--comment "a b  c"`:              {"--comment", "a b  c"},
		`--comment "say \"x\" and \\ y"`:  {"--comment", `say "x" and \ y`},
		`--comment ""  -j DROP`:           {"--comment", "", "-j", "DROP"},
		`--log-prefix "--comment a" -j X`: {"--log-prefix", "--comment a", "-j", "X"},
	} {
		if got := split(text); !slices.Equal(got, want) {
			t.Errorf("split(%s) = %q, want %q", text, got, want)
		}
	}
}

// A rule is ours by its comment and by nothing that only looks like one.
func TestForeignLinesArePassedOver(t *testing.T) {
	for _, line := range []string{
		`-A FORWARD -j ACCEPT`,
		`-A FORWARD -m comment --comment "other" -j ACCEPT`,
		`-A FORWARD -m comment --comment "mydocker:" -j ACCEPT`,
		`-A FORWARD -m comment --comment "mydocker:a b" -j ACCEPT`,
		`-A FORWARD -m string --string "mydocker:x" --algo bm -j DROP`,
		`-A FORWARD -j LOG --log-prefix "-m comment --comment mydocker:x"`,
		`-A FORWARD -j LOG --log-prefix "\" -m comment --comment mydocker:x"`,
		`-A FORWARD -m set --match-set --comment mydocker:x -j DROP`,
		`-A FORWARD -m comment --comment`,
		`-A`,
	} {
		if s := parseSave("*filter\n" + line + "\nCOMMIT\n"); len(s) != 0 {
			t.Errorf("%s is said to be of %q", line, s[0].owner)
		}
	}
}

func TestEveryRuleReadsBackAsItself(t *testing.T) {
	rules := firewall.ForNetwork("testbr", netip.MustParsePrefix("10.10.10.0/24"))
	rules = append(rules, firewall.ForPort(firewall.PublishedPort{
		Protocol: firewall.UDP, HostIP: netip.MustParseAddr("192.0.2.7"), HostPort: 65535,
		ContainerIP: netip.MustParseAddr("10.10.10.2"), ContainerPort: 1,
	})...)
	for _, rule := range rules {
		rule.Insert = false
		input := additions("x", []firewall.Rule{rule})
		s := parseSave(input)
		if len(s) != 1 || s[0].found != (firewall.Found{Rule: rule}) || s[0].owner != "x" {
			t.Errorf("%s is read as %+v\nwant %+v", input, s, rule)
		}
	}
}
