package iptables

import (
	"encoding/binary"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/nftables"
	"github.com/google/nftables/expr"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
	"mydocker/network/internal/netnstest"
)

// leaves is the first packet of a container on testbr to somebody outside.
func leaves() firewall.Packet {
	subnet := netip.MustParsePrefix("10.10.10.0/24")
	return firewall.Packet{
		Hook: firewall.Forward, In: firewall.Wire{Name: "testbr"}, Out: firewall.Wire{Not: "testbr"}, States: firewall.New,
		Source: firewall.Endpoint{Within: subnet}, Destination: firewall.Endpoint{Outside: subnet},
	}
}

// calls is the first packet to a published port.
func calls() firewall.Packet {
	return firewall.Packet{
		Hook: firewall.Prerouting, In: firewall.Wire{Not: "testbr"}, Destination: firewall.Endpoint{Local: true},
		Protocol: firewall.TCP, DestinationPort: 8080, States: firewall.New,
	}
}

// Each is a line that another program could have written. What doctor says
// deletes it must be the line that does.
func TestForeignRulesThatShadowOursAreFound(t *testing.T) {
	for _, test := range []struct {
		name, lines string
		dropped     bool
		shadowed    bool
	}{
		{name: "nothing"},
		{name: "docker's chains", lines: `
			-P FORWARD DROP
			-N DOCKER-USER
			-I FORWARD -j DOCKER-USER
			-A DOCKER-USER -j RETURN
			-N DOCKER
			-A FORWARD -o docker0 -j DOCKER
			-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
			-A DOCKER ! -i docker0 -o docker0 -j DROP
			-t nat -N DOCKER
			-t nat -A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
			-t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 9090 -j DNAT --to-destination 172.17.0.2:80`},
		{name: "a drop on top", lines: "-I FORWARD -j DROP", dropped: true},
		{name: "a reject of the bridge on top", lines: "-I FORWARD -i testbr -j REJECT", dropped: true},
		{name: "a drop of new connections in a chain", lines: `
			-N mine
			-A mine -m conntrack --ctstate NEW -j DROP
			-I FORWARD -s 10.10.0.0/16 -j mine`, dropped: true},
		{name: "a drop of what is invalid", lines: "-I FORWARD -m conntrack --ctstate INVALID -j DROP"},
		{name: "a drop behind", lines: "-A FORWARD -j DROP"},
		{name: "a log on top", lines: "-I FORWARD -j LOG --log-prefix all"},
		{name: "the same port on top", lines: "-t nat -I PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.9.9.9:80", shadowed: true},
		{name: "a redirection of the same port", lines: "-t nat -I PREROUTING -p tcp --dport 8080 -j REDIRECT --to-ports 80", shadowed: true},
		{name: "the same port in docker's chain", lines: `
			-t nat -N DOCKER
			-t nat -I PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
			-t nat -A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80`, shadowed: true},
		{name: "an accept of everything on top", lines: "-t nat -I PREROUTING -j ACCEPT", shadowed: true},
		{name: "the same port behind", lines: "-t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.9.9.9:80"},
		{name: "the same port of UDP", lines: "-t nat -I PREROUTING -p udp --dport 8080 -j DNAT --to-destination 10.9.9.9:80"},
	} {
		t.Run(test.name, func(t *testing.T) {
			onEach(t, func(t *testing.T, v variant) {
				v.add(t, "testbr", networkRules())
				v.add(t, "1891821312", portRules())
				for line := range strings.Lines(test.lines) {
					if words := strings.Fields(line); len(words) > 0 {
						v.run(t, words...)
					}
				}
				v.judge(t, test.dropped, test.shadowed)
				if !test.dropped && !test.shadowed {
					return
				}
				// The line that is said to mend it does.
				decided := v.decision(t, test.dropped)
				words := strings.Fields(decided.Rule().Delete)
				if words[0] == "iptables" {
					words[0] = v.command
				}
				if output, err := exec.Command(words[0], words[1:]...).CombinedOutput(); err != nil {
					t.Fatalf("%q: %v: %s", decided.Rule().Delete, err, output)
				}
				v.judge(t, false, false)
			})
		})
	}
}

func (v variant) decision(t *testing.T, dropped bool) firewall.Decision {
	t.Helper()
	rules, err := v.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	if dropped {
		decided, _ := rules.Dropped(leaves())
		return decided
	}
	decided, _ := rules.Shadowed(calls(), "1891821312")
	return decided
}

func (v variant) judge(t *testing.T, dropped, shadowed bool) {
	t.Helper()
	rules, err := v.Ruleset()
	if err != nil {
		t.Fatal(err)
	}
	if decided, got := rules.Dropped(leaves()); got != dropped {
		t.Errorf("dropped is %t: %+v", got, decided.Chain)
	}
	if decided, got := rules.Shadowed(calls(), "1891821312"); got != shadowed {
		t.Errorf("shadowed is %t: %+v", got, decided.Chain)
	}
}

func TestThePolicyOfOneKindIsSeenBesideTheOther(t *testing.T) {
	onEach(t, func(t *testing.T, v variant) {
		v.run(t, "-P", "FORWARD", "DROP")
		v.judge(t, true, false)
		v.add(t, "testbr", networkRules())
		v.judge(t, false, false)
	})
}

// Tables that nft makes, as firewalls do that know no iptables.
func TestTablesOfNftAreSeen(t *testing.T) {
	verdict := func(kind expr.VerdictKind) expr.Any { return &expr.Verdict{Kind: kind} }
	native := func(value uint32) []byte { return binary.NativeEndian.AppendUint32(nil, value) }
	states := func(key expr.CtKey, bits uint32) []expr.Any {
		return []expr.Any{
			&expr.Ct{Register: 1, Key: key},
			&expr.Bitwise{SourceRegister: 1, DestRegister: 1, Len: 4, Mask: native(bits), Xor: native(0)},
			&expr.Cmp{Op: expr.CmpOpNeq, Register: 1, Data: native(0)},
		}
	}
	from := func(name string) []expr.Any {
		padded := make([]byte, unix.IFNAMSIZ)
		copy(padded, name)
		return []expr.Any{&expr.Meta{Key: expr.MetaKeyIIFNAME, Register: 1}, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: padded}}
	}
	family := func(number byte) []expr.Any {
		return []expr.Any{&expr.Meta{Key: expr.MetaKeyNFPROTO, Register: 1}, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: []byte{number}}}
	}
	accept, drop := verdict(expr.VerdictAccept), verdict(expr.VerdictDrop)
	reject := &expr.Reject{Type: unix.NFT_REJECT_ICMPX_UNREACH, Code: 3}
	for name, test := range map[string]struct {
		policy  nftables.ChainPolicy
		rules   [][]expr.Any
		dropped bool
	}{
		"a policy":                       {nftables.ChainPolicyDrop, nil, true},
		"an accept of established alone": {nftables.ChainPolicyDrop, [][]expr.Any{append(states(expr.CtKeySTATE, 2|4), accept)}, true},
		"an accept of new connections":   {nftables.ChainPolicyDrop, [][]expr.Any{append(states(expr.CtKeySTATE, 2|8), accept)}, false},
		"an accept of translated ones":   {nftables.ChainPolicyDrop, [][]expr.Any{append(states(expr.CtKeySTATUS, 32), accept)}, true},
		"an accept of the bridge":        {nftables.ChainPolicyDrop, [][]expr.Any{append(from("testbr"), accept)}, false},
		"an accept of another interface": {nftables.ChainPolicyDrop, [][]expr.Any{append(from("lan0"), accept)}, true},
		"a reject at the end":            {nftables.ChainPolicyAccept, [][]expr.Any{{&expr.Counter{}, reject}}, true},
		"a drop of IPv6":                 {nftables.ChainPolicyAccept, [][]expr.Any{append(family(unix.NFPROTO_IPV6), drop)}, false},
		"a drop of IPv4":                 {nftables.ChainPolicyAccept, [][]expr.Any{append(family(unix.NFPROTO_IPV4), drop)}, true},
		"a drop of what nobody understands": {nftables.ChainPolicyAccept, [][]expr.Any{{
			&expr.Meta{Key: expr.MetaKeyMARK, Register: 1}, &expr.Cmp{Op: expr.CmpOpEq, Register: 1, Data: native(7)}, drop}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			netnstest.Enter(t)
			v := variant{command: "iptables-nft"}
			v.Firewall = find().chosen
			v.add(t, "testbr", networkRules())
			v.add(t, "1891821312", portRules())
			c, err := nftables.New()
			if err != nil {
				t.Fatal(err)
			}
			table := c.AddTable(&nftables.Table{Name: "strict", Family: nftables.TableFamilyINet})
			chain := c.AddChain(&nftables.Chain{
				Name: "forward", Table: table, Type: nftables.ChainTypeFilter, Policy: &test.policy,
				Hooknum: nftables.ChainHookForward, Priority: nftables.ChainPriorityFilter,
			})
			for _, expressions := range test.rules {
				c.AddRule(&nftables.Rule{Table: table, Chain: chain, Exprs: expressions})
			}
			if err := c.Flush(); err != nil {
				t.Fatal(err)
			}
			v.judge(t, test.dropped, false)
		})
	}
}
