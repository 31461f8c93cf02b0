package iptables

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"mydocker/network/firewall"
	"mydocker/resource"
)

// foreign are rules of others that look much like ours.
var foreign = []string{
	`-t nat -A POSTROUTING -s 10.10.10.0/24 ! -o testbr -j MASQUERADE`,
	`-t nat -A POSTROUTING -s 10.10.10.0/24 ! -o testbr -m comment --comment mydocker:testbr2 -j MASQUERADE`,
	`-t nat -A POSTROUTING -s 10.10.10.0/24 ! -o testbr -m comment --comment xmydocker:testbr -j MASQUERADE`,
	`-t nat -A POSTROUTING -s 10.10.10.0/24 ! -o testbr -m comment --comment mydocker: -j MASQUERADE`,
	`-t nat -A POSTROUTING -m comment --comment "mydocker:testbr and others" -j RETURN`,
	`-t filter -A INPUT -m string --string mydocker:testbr --algo bm -j DROP`,
	`-t filter -A FORWARD -m mark --mark 0x1 -m limit --limit 5/min -j LOG --log-prefix mydocker:testbr`,
	`-t filter -A FORWARD -p tcp -m multiport --dports 1:5,8080 -m statistic --mode random --probability 0.5 -j REJECT`,
}

// addForeign adds the foreign rules and gives the listing with them alone.
func (v variant) addForeign(t *testing.T) string {
	t.Helper()
	for _, rule := range foreign {
		v.typeIn(t, []string{"iptables " + rule})
	}
	return v.rules(t)
}

func TestAddingTwiceMakesNoDuplicate(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.add(t, "testbr", networkRules())
		v.add(t, "testbr", networkRules())
		if got := v.rules(t); got != networkListing {
			t.Errorf("added twice, the rules are\n%s\nwant\n%s", got, networkListing)
		}
	})
}

func TestAddingCompletesWhatIsThere(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.add(t, "testbr", networkRules()[3:5])
		v.add(t, "testbr", networkRules())
		if found, err := v.Find("testbr"); err != nil || firewall.Compare("testbr", networkRules(), found).State != resource.Present {
			t.Errorf("got %v, %v", found, err)
		}
		if got := strings.Count(v.rules(t), "\n"); got != len(networkRules()) {
			t.Errorf("there are %d rules, want %d", got, len(networkRules()))
		}
	})
}

func TestRemovingLeavesForeignRulesAlone(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		before := v.addForeign(t)
		v.add(t, "testbr", append(networkRules(), portRules()...))
		v.add(t, "testbr-2", portRules())
		v.remove(t, "testbr")
		v.remove(t, "testbr-2")
		if after := v.rules(t); after != before {
			t.Errorf("foreign rules were\n%s\nand now are\n%s", before, after)
		}
	})
}

func TestNobodysRulesAreNone(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.add(t, "testbr", networkRules())
		for _, owner := range []string{"", "test", "testbr2", "testbr\x00"} {
			v.remove(t, owner)
			if found, err := v.Find(owner); err != nil || len(found) != 0 {
				t.Errorf("%q is said to have %d rules, %v", owner, len(found), err)
			}
		}
		if got := v.rules(t); got != networkListing {
			t.Errorf("of the rules of testbr there are left\n%s", got)
		}
	})
}

func TestRemovingFindsRulesWhoseContentWasAltered(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.add(t, "testbr", networkRules())
		v.run(t, "-t", "nat", "-R", "POSTROUTING", "1", "-s", "10.99.0.0/16", "-m", "mark", "--mark", "7", "-m", "comment", "--comment", "mydocker:testbr", "-j", "RETURN")
		v.run(t, "-N", "elsewhere")
		v.run(t, "-A", "elsewhere", "-m", "comment", "--comment", "mydocker:testbr", "-j", "LOG", "--log-prefix", `a "quoted\ prefix`)
		v.remove(t, "testbr")
		if left := v.rules(t); strings.Contains(left, "mydocker") {
			t.Errorf("there are still\n%s", left)
		}
	})
}

func TestRemovingWhatIsGoneIsSuccess(t *testing.T) {
	for name, vanish := range map[string]func(t *testing.T, v variant){
		"never added":       func(t *testing.T, v variant) {},
		"one rule deleted":  func(t *testing.T, v variant) { v.run(t, "-t", "nat", "-D", "POSTROUTING", "1") },
		"nat table flushed": func(t *testing.T, v variant) { v.run(t, "-t", "nat", "-F") },
		"every table empty": func(t *testing.T, v variant) {
			v.run(t, "-t", "nat", "-F")
			v.run(t, "-t", "raw", "-F")
			v.run(t, "-F")
		},
		"removed beforehand": func(t *testing.T, v variant) { v.remove(t, "testbr") },
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, v variant) {
				if name != "never added" {
					v.add(t, "testbr", networkRules())
				}
				vanish(t, v)
				v.remove(t, "testbr")
				if left := v.rules(t); left != "" {
					t.Errorf("there are still\n%s", left)
				}
			})
		})
	}
}

func TestCompareSaysWhatIsAltered(t *testing.T) {
	comment := []string{"-m", "comment", "--comment", "mydocker:testbr"}
	for name, test := range map[string]struct {
		alter  func(t *testing.T, v variant)
		state  resource.State
		detail []string
	}{
		"untouched":    {func(t *testing.T, v variant) {}, resource.Present, nil},
		"among others": {func(t *testing.T, v variant) { v.addForeign(t) }, resource.Present, nil},
		"removed":      {func(t *testing.T, v variant) { v.remove(t, "testbr") }, resource.Absent, nil},
		"one missing": {func(t *testing.T, v variant) { v.run(t, "-t", "nat", "-D", "POSTROUTING", "1") }, resource.Altered,
			[]string{"missing: iptables -t nat -A POSTROUTING -s 10.10.10.0/24 ! -o testbr -m comment --comment mydocker:testbr -j MASQUERADE"}},
		"one twice": {func(t *testing.T, v variant) {
			v.run(t, append(append([]string{"-A", "FORWARD", "-i", "testbr"}, comment...), "-j", "ACCEPT")...)
		}, resource.Altered, []string{"duplicated: iptables -t filter -A FORWARD -i testbr -m comment --comment mydocker:testbr -j ACCEPT"}},
		"one with another target": {func(t *testing.T, v variant) {
			v.run(t, append(append([]string{"-R", "FORWARD", "1", "-i", "testbr"}, comment...), "-j", "DROP")...)
		}, resource.Altered, []string{
			"missing: iptables -t filter -I FORWARD -i testbr -m comment --comment mydocker:testbr -j ACCEPT",
			"altered: iptables -t filter -A FORWARD -i testbr -m comment --comment mydocker:testbr -j DROP",
		}},
		"one with a match more": {func(t *testing.T, v variant) {
			v.run(t, append(append([]string{"-R", "FORWARD", "1", "-i", "testbr", "-m", "mark", "--mark", "1"}, comment...), "-j", "ACCEPT")...)
		}, resource.Altered, []string{
			"missing: iptables -t filter -I FORWARD -i testbr",
			"altered: a rule with other content in chain FORWARD of table filter",
		}},
		"one with its meaning reversed": {func(t *testing.T, v variant) {
			v.run(t, append(append([]string{"-R", "FORWARD", "1", "!", "-i", "testbr"}, comment...), "-j", "ACCEPT")...)
		}, resource.Altered, []string{
			"missing: iptables -t filter -I FORWARD -i testbr",
			"altered: iptables -t filter -A FORWARD ! -i testbr",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, v variant) {
				v.add(t, "testbr", networkRules())
				test.alter(t, v)
				found, err := v.Find("testbr")
				if err != nil {
					t.Fatal(err)
				}
				status := firewall.Compare("testbr", networkRules(), found)
				if status.State != test.state {
					t.Errorf("got %s (%s), want %s", status.State, status.Detail, test.state)
				}
				for _, part := range test.detail {
					if !strings.Contains(status.Detail, part) {
						t.Errorf("got detail %q, want %q in it", status.Detail, part)
					}
				}
			})
		})
	}
}

func TestOwnersAreThoseWithARuleOfOurs(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.addForeign(t) // among them one of a network "testbr2"
		v.add(t, "testbr", networkRules())
		v.add(t, "1891821312", portRules())
		owners, err := v.Owners()
		if want := []string{"1891821312", "testbr", "testbr2"}; err != nil || !slices.Equal(owners, want) {
			t.Errorf("got %q, %v, want %q", owners, err, want)
		}
	})
}

func TestChainsThatExistKeepTheirPolicy(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.run(t, "-P", "FORWARD", "DROP")
		v.add(t, "testbr", networkRules())
		v.remove(t, "testbr")
		if got := v.rules(t); got != "-t filter :FORWARD DROP [0:0]\n" {
			t.Errorf("of the policy and nothing else there is left\n%s", got)
		}
	})
}

// A thousand ports in one rule set is `-p 8000-8999:8000-8999`.
func TestAThousandPorts(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		var rules []firewall.Rule
		for i := range uint16(1000) {
			p := port(firewall.TCP, "")
			p.HostPort, p.ContainerPort = 8000+i, 8000+i
			rules = append(rules, firewall.ForPort(p)...)
		}
		v.add(t, "1891821312", rules)
		found, err := v.Find("1891821312")
		if status := firewall.Compare("1891821312", rules, found); err != nil || status.State != resource.Present {
			t.Fatalf("got %v, %v", status.State, err)
		}
		v.remove(t, "1891821312")
		if left := v.rules(t); left != "" {
			t.Errorf("there are still\n%s", left)
		}
	})
}

func TestWhatCannotBeWrittenIsRefusedAndChangesNothing(t *testing.T) {
	for name, test := range map[string]struct {
		owner string
		rules []firewall.Rule
	}{
		"owner that ends its line":         {"x\n-P FORWARD DROP\n", portRules()},
		"owner that ends its quotes":       {`x" -j DROP "`, portRules()},
		"owner with a backslash":           {`x\`, portRules()},
		"owner that is empty":              {"", portRules()},
		"owner that is too long":           {strings.Repeat("x", 247), portRules()},
		"interface that ends its word":     {"x", firewall.ForNetwork("a -j ACCEPT", netip.MustParsePrefix("10.10.10.0/24"))},
		"interface that is a pattern":      {"x", []firewall.Rule{{Table: firewall.Filter, Chain: firewall.Forward, In: firewall.Interface{Name: "e+"}, Target: firewall.Accept}}},
		"port that is 0":                   {"x", []firewall.Rule{withPort(portRules()[0], 0)}},
		"last rule of several in no chain": {"x", append(portRules(), firewall.Rule{Table: firewall.NAT, Chain: "ELSEWHERE", Target: firewall.Accept})},
	} {
		t.Run(name, func(t *testing.T) {
			onEach(t, func(t *testing.T, v variant) {
				if err := v.Add(test.owner, test.rules); err == nil {
					t.Error("it was not refused")
				}
				if got := v.rules(t); got != "" {
					t.Errorf("there is now\n%s", got)
				}
			})
		})
	}
}

func withPort(rule firewall.Rule, port uint16) firewall.Rule {
	rule.DestinationPort = port
	return rule
}

func TestTheLongestOwner(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		owner := strings.Repeat("x", 246)
		v.add(t, owner, portRules())
		if owners, err := v.Owners(); err != nil || !slices.Equal(owners, []string{owner}) {
			t.Errorf("got %q, %v", owners, err)
		}
		v.remove(t, owner)
	})
}
