package firewall

import (
	"net/netip"
	"strings"
	"testing"
)

func TestOwnersThatFitIntoAComment(t *testing.T) {
	for _, owner := range []string{"1891821312", "testbr", "my_net.0-1", "über", strings.Repeat("x", 246)} {
		if err := ValidateOwner(owner); err != nil {
			t.Error(err)
		}
		if got, ours := OwnerOf(Comment(owner)); !ours || got != owner {
			t.Errorf("the comment %q is said to be of %q, %v", Comment(owner), got, ours)
		}
	}
}

func TestOwnersThatAreRefused(t *testing.T) {
	for _, owner := range []string{
		"", strings.Repeat("x", 247), "a b", "a\tb", "a\nb", "a\x00b", "a\x7fb", "a\u200bb", "a\u2028b",
		`a"b`, "a'b", "a`b", `a\b`, "\xff", "a\u00a0b",
	} {
		if err := ValidateOwner(owner); err == nil {
			t.Errorf("%q was taken", owner)
		}
		if got, ours := OwnerOf(Comment(owner)); ours {
			t.Errorf("the comment %q is said to be ours, of %q", Comment(owner), got)
		}
	}
}

func TestForeignComments(t *testing.T) {
	for _, comment := range []string{"", "mydocker", "mydocker:", "Mydocker:x", " mydocker:x", "xmydocker:x", "mydocker:x y"} {
		if owner, ours := OwnerOf(comment); ours {
			t.Errorf("the comment %q is said to be ours, of %q", comment, owner)
		}
	}
}

func TestRulesThatAreRefused(t *testing.T) {
	forward := Rule{Table: Filter, Chain: Forward, Target: Accept}
	dnat := ForPort(published(""))[0]
	for want, rule := range map[string]Rule{
		"there is no such chain":                   altered(forward, func(r *Rule) { r.Chain = Prerouting }),
		`table "mangle": there is no such chain`:   altered(forward, func(r *Rule) { r.Table = "mangle" }),
		"-s 10.0.0.1/8 has bits outside its mask":  altered(forward, func(r *Rule) { r.Source = netip.MustParsePrefix("10.0.0.1/8") }),
		"-d fd00::/8 is not IPv4":                  altered(forward, func(r *Rule) { r.Destination = netip.MustParsePrefix("fd00::/8") }),
		"-d 0.0.0.0/0 matches everything":          altered(forward, func(r *Rule) { r.Destination = netip.MustParsePrefix("0.0.0.0/0") }),
		`"br+" is not the name of an interface`:    altered(forward, func(r *Rule) { r.In.Name = "br+" }),
		`"a b" is not the name of an interface`:    altered(forward, func(r *Rule) { r.Out.Name = "a b" }),
		`"a\nb" is not the name of an interface`:   altered(forward, func(r *Rule) { r.Out.Name = "a\nb" }),
		`"" is not the name of an interface`:       altered(forward, func(r *Rule) { r.Out.Not = true }),
		`"0123456789abcdef" is not the name`:       altered(forward, func(r *Rule) { r.In.Name = "0123456789abcdef" }),
		`protocol "sctp" is unknown`:               altered(forward, func(r *Rule) { r.Protocol = "sctp" }),
		"port 80 needs a protocol":                 altered(forward, func(r *Rule) { r.DestinationPort = 80 }),
		`address type "UNICAST" is unknown`:        altered(forward, func(r *Rule) { r.DestinationType = "UNICAST" }),
		`connection states "NEW" are unknown`:      altered(forward, func(r *Rule) { r.States = "NEW" }),
		`target "REJECT" is unknown`:               altered(forward, func(r *Rule) { r.Target = "REJECT" }),
		`target "" is unknown`:                     altered(forward, func(r *Rule) { r.Target = "" }),
		"only DNAT has a destination":              altered(forward, func(r *Rule) { r.To = dnat.To }),
		"MASQUERADE works in chain POSTROUTING":    altered(forward, func(r *Rule) { r.Target = Masquerade }),
		"DNAT works in the chains PREROUTING":      altered(dnat, func(r *Rule) { r.Chain = Postrouting }),
		"DNAT to 10.10.10.4:0: the port must be":   altered(dnat, func(r *Rule) { r.To = netip.AddrPortFrom(r.To.Addr(), 0) }),
		"DNAT to [::1]:80: the destination is not": altered(dnat, func(r *Rule) { r.To = netip.MustParseAddrPort("[::1]:80") }),
		"DNAT to 10.10.10.4:80: a port":            altered(dnat, func(r *Rule) { r.DestinationPort = 0 }),
	} {
		if err := rule.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

func altered(rule Rule, alter func(*Rule)) Rule {
	alter(&rule)
	return rule
}

func TestEveryIntentIsValid(t *testing.T) {
	rules := ForNetwork("testbr", subnet())
	for _, hostIP := range []string{"", "0.0.0.0", "192.0.2.7", "127.0.0.1"} {
		rules = append(rules, ForPort(published(hostIP))...)
	}
	if err := Validate("testbr", rules); err != nil {
		t.Error(err)
	}
}
