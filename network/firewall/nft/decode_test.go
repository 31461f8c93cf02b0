package nft

import (
	"net/netip"
	"testing"

	"github.com/google/nftables/expr"
	"github.com/google/nftables/xt"

	"mydocker/network/firewall"
)

const (
	network   = expr.PayloadBaseNetworkHeader
	transport = expr.PayloadBaseTransportHeader
)

func load(base expr.PayloadBase, offset, length uint32) expr.Any {
	return &expr.Payload{DestRegister: register, Base: base, Offset: offset, Len: length}
}

func equals(data ...byte) expr.Any {
	return &expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: data}
}

func differs(data ...byte) expr.Any {
	return &expr.Cmp{Op: expr.CmpOpNeq, Register: register, Data: data}
}

func meta(key expr.MetaKey) expr.Any { return &expr.Meta{Key: key, Register: register} }

func masked(mask ...byte) expr.Any {
	return &expr.Bitwise{SourceRegister: register, DestRegister: register, Len: 4, Mask: mask, Xor: make([]byte, 4)}
}

func comment(text string) expr.Any {
	c := xt.Comment(text)
	return &expr.Match{Name: "comment", Info: &c}
}

// The forms are those that `nft --debug=netlink list ruleset` shows of rules
// made by the named version of iptables-nft.
func TestRulesOfEveryVersionOfIptablesAreKnownAgain(t *testing.T) {
	masquerade := firewall.Rule{
		Table: firewall.NAT, Chain: firewall.Postrouting, Source: netip.MustParsePrefix("10.10.10.0/24"),
		Out: firewall.Interface{Name: "testbr", Not: true}, Target: firewall.Masquerade,
	}
	publish := firewall.ForPort(firewall.PublishedPort{
		Protocol: firewall.UDP, HostPort: 8080, ContainerIP: netip.MustParseAddr("10.10.10.4"), ContainerPort: 80,
	})[0]
	local := &expr.Match{Name: "addrtype", Rev: 1, Info: &xt.AddrTypeV1{Dest: uint16(xt.AddrTypeLocal)}}
	bridge := differs([]byte("testbr\x00")...)
	for name, test := range map[string]struct {
		want firewall.Rule
		form []expr.Any
	}{
		"masquerade of 1.8.4": {masquerade, []expr.Any{
			meta(expr.MetaKeyOIFNAME), bridge, load(network, 12, 4), masked(255, 255, 255, 0), equals(10, 10, 10, 0),
			comment("mydocker:x"), &expr.Counter{Packets: 3, Bytes: 180}, target(masquerade)}},
		"masquerade of 1.8.7": {masquerade, []expr.Any{
			meta(expr.MetaKeyOIFNAME), bridge, load(network, 12, 3), equals(10, 10, 10),
			comment("mydocker:x"), &expr.Counter{}, target(masquerade)}},
		"masquerade of 1.8.11": {masquerade, []expr.Any{
			load(network, 12, 3), equals(10, 10, 10), meta(expr.MetaKeyOIFNAME), bridge,
			comment("mydocker:x"), &expr.Counter{}, target(masquerade)}},
		"port of 1.8.4": {publish, []expr.Any{
			meta(expr.MetaKeyL4PROTO), equals(17), local, comment("mydocker:x"),
			portMatch(firewall.UDP, 8080), &expr.Counter{}, target(publish)}},
		"port of 1.8.9": {publish, []expr.Any{
			meta(expr.MetaKeyL4PROTO), equals(17), local, comment("mydocker:x"),
			load(transport, 2, 2), equals(0x1f, 0x90), &expr.Counter{}, target(publish)}},
		"port of 1.8.11": {publish, []expr.Any{
			load(network, 9, 1), equals(17), local, comment("mydocker:x"),
			load(transport, 2, 2), equals(0x1f, 0x90), &expr.Counter{}, target(publish)}},
	} {
		t.Run(name, func(t *testing.T) {
			found, comment := decode(firewall.Rule{Table: test.want.Table, Chain: test.want.Chain}, test.form)
			if found != (firewall.Found{Rule: test.want}) || comment != "mydocker:x" {
				t.Errorf("got %+v with comment %q\nwant %+v", found, comment, test.want)
			}
		})
	}
}

func TestEveryRuleReadsBackAsItself(t *testing.T) {
	rules := firewall.ForNetwork("testbr", netip.MustParsePrefix("10.128.0.0/9"))
	for _, protocol := range []firewall.Protocol{firewall.TCP, firewall.UDP} {
		for _, host := range []string{"0.0.0.0", "127.0.0.1", "192.0.2.7"} {
			rules = append(rules, firewall.ForPort(firewall.PublishedPort{
				Protocol: protocol, HostIP: netip.MustParseAddr(host), HostPort: 65535,
				ContainerIP: netip.MustParseAddr("10.128.0.2"), ContainerPort: 1,
			})...)
		}
	}
	for _, rule := range rules {
		rule.Insert = false
		found, comment := decode(firewall.Rule{Table: rule.Table, Chain: rule.Chain}, expressions("x", rule))
		if found != (firewall.Found{Rule: rule}) || comment != "mydocker:x" {
			t.Errorf("got %+v with comment %q\nwant %+v", found, comment, rule)
		}
	}
}

// A rule that is nearly ours must not pass for ours.
func TestWhatARuleCannotSayMakesItStrange(t *testing.T) {
	rule := firewall.Rule{Table: firewall.Filter, Chain: firewall.Forward, Source: netip.MustParsePrefix("10.10.10.0/24"), Target: firewall.Accept}
	every := [2]uint16{0, 65535}
	tcp := []expr.Any{meta(expr.MetaKeyL4PROTO), equals(6)}
	for name, extra := range map[string][]expr.Any{
		"mask with a hole":       {load(network, 16, 4), masked(255, 0, 255, 0), equals(10, 0, 10, 0)},
		"another address":        {load(network, 16, 4), differs(10, 0, 0, 1)},
		"source twice":           {load(network, 12, 4), equals(10, 10, 10, 1)},
		"time to live":           {load(network, 8, 1), equals(64)},
		"protocol sctp":          {meta(expr.MetaKeyL4PROTO), equals(132)},
		"every protocol but tcp": {meta(expr.MetaKeyL4PROTO), differs(6)},
		"interface by prefix":    {meta(expr.MetaKeyIIFNAME), equals([]byte("test")...)},
		"mark":                   {meta(expr.MetaKeyMARK), equals(1, 0, 0, 0)},
		"another address type":   {&expr.Match{Name: "addrtype", Rev: 1, Info: &xt.AddrTypeV1{Dest: uint16(xt.AddrTypeUnicast)}}},
		"source address type":    {&expr.Match{Name: "addrtype", Rev: 1, Info: &xt.AddrTypeV1{Source: 1, Dest: uint16(xt.AddrTypeLocal)}}},
		"another state":          {&expr.Match{Name: "conntrack", Rev: 3, Info: stateMatch(1)}},
		"unknown module":         {&expr.Match{Name: "mark", Rev: 1, Info: &xt.Unknown{}}},
		"two comments":           {comment("mydocker:y")},
		"port range":             append(tcp, &expr.Match{Name: "tcp", Info: &xt.Tcp{SrcPorts: every, DstPorts: [2]uint16{1, 2}}}),
		"source port":            append(tcp, &expr.Match{Name: "tcp", Info: &xt.Tcp{SrcPorts: [2]uint16{1, 1}, DstPorts: every}}),
		"port without protocol":  {&expr.Match{Name: "tcp", Info: &xt.Tcp{SrcPorts: every, DstPorts: [2]uint16{1, 1}}}},
		"range of ports":         {load(transport, 2, 2), &expr.Cmp{Op: expr.CmpOpGt, Register: register, Data: []byte{0, 1}}},
		"lookup in a set":        {&expr.Lookup{}},
		"jump":                   {&expr.Verdict{Kind: expr.VerdictJump, Chain: "elsewhere"}},
		"short comparison":       {load(network, 16, 4), equals(10)},
		"random masquerade":      {&expr.Target{Name: "MASQUERADE", Info: &xt.NatIPv4MultiRangeCompat{{Flags: 4}}}},
		"redirection":            {&expr.Target{Name: "REDIRECT", Info: &xt.NatIPv4MultiRangeCompat{{}}}},
	} {
		t.Run(name, func(t *testing.T) {
			form := append(expressions("x", rule), extra...)
			found, comment := decode(firewall.Rule{Table: rule.Table, Chain: rule.Chain}, form)
			if !found.Strange || comment != "mydocker:x" {
				t.Errorf("got %+v with comment %q, want a strange one", found, comment)
			}
		})
	}
}
