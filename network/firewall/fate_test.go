package firewall

import (
	"net/netip"
	"testing"
)

func chainOf1(hook string, policy Policy, rules ...ListedRule) *Chain {
	return &Chain{Family: "ip", Table: "filter", Name: hook, Kind: "filter", Hook: hook, Policy: policy, Rules: rules}
}

func outgoing() Packet {
	return Packet{
		Hook: Forward, In: Wire{Name: "testbr"}, Out: Wire{Not: "testbr"}, States: New,
		Source:      Endpoint{Within: netip.MustParsePrefix("10.10.10.0/24")},
		Destination: Endpoint{Outside: netip.MustParsePrefix("10.10.10.0/24")},
	}
}

func TestDropped(t *testing.T) {
	from := func(name string, outcome Outcome) ListedRule {
		return ListedRule{Rule: Rule{In: Interface{Name: name}}, Outcome: outcome}
	}
	own := from("testbr", Accepts)
	own.Owner = "testbr"
	everything, nothing := ListedRule{Outcome: Drops}, ListedRule{Outcome: Drops, Never: true}
	perhaps := ListedRule{Outcome: Accepts, More: true}
	prefix := func(text string, outcome Outcome) ListedRule {
		return ListedRule{Rule: Rule{Source: netip.MustParsePrefix(text)}, Outcome: outcome}
	}
	user := func(name string, rules ...ListedRule) *Chain {
		return &Chain{Family: "ip", Table: "filter", Name: name, Rules: rules}
	}
	jump := ListedRule{Outcome: Jumps, Jump: "user"}
	goes := ListedRule{Outcome: Goes, Jump: "user"}
	for name, test := range map[string]struct {
		rules   Ruleset
		dropped bool
	}{
		"nothing there":                      {nil, false},
		"policy drop":                        {Ruleset{chainOf1(Forward, PolicyDrop)}, true},
		"policy drop elsewhere":              {Ruleset{chainOf1("INPUT", PolicyDrop)}, false},
		"policy drop behind our accept":      {Ruleset{chainOf1(Forward, PolicyDrop, own)}, false},
		"a drop ahead of our accept":         {Ruleset{chainOf1(Forward, PolicyAccept, everything, own)}, true},
		"a drop behind our accept":           {Ruleset{chainOf1(Forward, PolicyAccept, own, everything)}, false},
		"a drop of IPv6":                     {Ruleset{chainOf1(Forward, PolicyAccept, nothing, own)}, false},
		"a drop for another interface":       {Ruleset{chainOf1(Forward, PolicyAccept, from("eth0", Drops), own)}, false},
		"a drop of our subnet":               {Ruleset{chainOf1(Forward, PolicyAccept, prefix("10.0.0.0/8", Drops), own)}, true},
		"a drop of one of our addresses":     {Ruleset{chainOf1(Forward, PolicyAccept, prefix("10.10.10.7/32", Drops), own)}, false},
		"a drop that may be preceded":        {Ruleset{chainOf1(Forward, PolicyDrop, perhaps)}, false},
		"our accept in one chain is not all": {Ruleset{chainOf1(Forward, PolicyAccept, own), chainOf1(Forward, PolicyDrop)}, true},
		"a drop in a chain that is jumped to": {
			Ruleset{chainOf1(Forward, PolicyAccept, jump, own), user("user", everything)}, true},
		"a return from there": {
			Ruleset{chainOf1(Forward, PolicyAccept, jump, own), user("user", ListedRule{Outcome: Returns}, everything)}, false},
		"an end of there": {
			Ruleset{chainOf1(Forward, PolicyAccept, jump, own), user("user")}, false},
		"goto, and then the policy": {
			Ruleset{chainOf1(Forward, PolicyDrop, goes, own), user("user")}, true},
		"a chain that nobody has": {
			Ruleset{chainOf1(Forward, PolicyDrop, jump)}, false},
		"a chain that jumps to itself": {
			Ruleset{chainOf1(Forward, PolicyDrop, jump), user("user", jump)}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if decided, dropped := test.rules.Dropped(outgoing()); dropped != test.dropped {
				t.Errorf("dropped is %t, by %+v", dropped, decided)
			}
		})
	}
}

func TestOnlyWhatIsOfTheSameStateIsMet(t *testing.T) {
	rules := Ruleset{chainOf1(Forward, PolicyDrop, ListedRule{States: Established | Related, Outcome: Accepts})}
	if _, dropped := rules.Dropped(outgoing()); !dropped {
		t.Error("a new connection is accepted as an established one")
	}
	answer := outgoing()
	answer.States = Established
	if _, dropped := rules.Dropped(answer); dropped {
		t.Error("an established connection is dropped")
	}
}

func TestShadowed(t *testing.T) {
	nat := func(priority int, rules ...ListedRule) *Chain {
		return &Chain{Family: "ip", Table: "nat", Name: "PREROUTING", Kind: "nat", Hook: Prerouting, Policy: PolicyAccept, Priority: priority, Rules: rules}
	}
	port := func(number uint16) ListedRule {
		return ListedRule{Rule: Rule{Protocol: TCP, DestinationPort: number}, Outcome: Translates}
	}
	own := port(8080)
	own.Owner = "1891821312"
	own.Rule.DestinationType = Local
	one := port(8080)
	one.Rule.Destination = netip.MustParsePrefix("192.0.2.1/32")
	more := port(8080)
	more.More = true
	many := ListedRule{Rule: Rule{Protocol: TCP}, More: true, Outcome: Translates}
	all := ListedRule{Rule: Rule{Protocol: TCP}, Outcome: Translates}
	accept := port(8080)
	accept.Outcome = Accepts
	for name, test := range map[string]struct {
		rules    Ruleset
		shadowed bool
	}{
		"ours alone":                      {Ruleset{nat(-100, own)}, false},
		"ours is missing":                 {Ruleset{nat(-100)}, false},
		"the same port before":            {Ruleset{nat(-100, port(8080), own)}, true},
		"the same port behind":            {Ruleset{nat(-100, own, port(8080))}, false},
		"another port before":             {Ruleset{nat(-100, port(8081), own)}, false},
		"the port of one address before":  {Ruleset{nat(-100, one, own)}, true},
		"the same port, for some packets": {Ruleset{nat(-100, more, own)}, true},
		"every port before":               {Ruleset{nat(-100, all, own)}, true},
		"some ports, for some packets":    {Ruleset{nat(-100, many, own)}, false},
		"an accept before":                {Ruleset{nat(-100, accept, own)}, true},
		"an accept in another table":      {Ruleset{nat(-200, accept), nat(-100, own)}, false},
		"a chain that comes first":        {Ruleset{nat(-100, own), nat(-200, port(8080))}, true},
		"a chain that comes later":        {Ruleset{nat(-100, own), nat(0, port(8080))}, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := Packet{Hook: Prerouting, In: Wire{Not: "testbr"}, Destination: Endpoint{Local: true}, Protocol: TCP, DestinationPort: 8080, States: New}
			if decided, shadowed := test.rules.Shadowed(p, "1891821312"); shadowed != test.shadowed {
				t.Errorf("shadowed is %t, by %+v", shadowed, decided)
			}
		})
	}
}
