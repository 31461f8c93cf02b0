package nft

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"

	"github.com/google/nftables/expr"
	"github.com/google/nftables/xt"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// foreigner reads the rule of another program. It understands what is common,
// and says of the rest that there is more.
type foreigner struct {
	decoder
	rule firewall.ListedRule
	ct   *expr.Ct // what of a connection the register holds
}

// describe reads a rule's expressions.
func describe(c *firewall.Chain, data []byte) (firewall.ListedRule, error) {
	f := foreigner{decoder: decoder{rule: firewall.Rule{Table: firewall.Table(c.Table), Chain: c.Name}}}
	err := eachAttribute(data, func(element *netlink.AttributeDecoder) { f.expression(element.Bytes()) })
	f.rule.Rule = f.decoder.rule
	f.rule.Owner, _ = firewall.OwnerOf(f.comment)
	f.rule.Text = f.text()
	return f.rule, err
}

func (f *foreigner) expression(data []byte) {
	name, content := nameOf(data)
	if slices.Contains(statements(), name) {
		return
	}
	switch name {
	case "reject":
		f.rule.Outcome = firewall.Drops
	case "nat", "redir", "masq", "tproxy":
		f.rule.Outcome = firewall.Translates
	case "queue":
		f.rule.Outcome, f.rule.More = firewall.Accepts, true // whoever reads the queue decides
	case "ct":
		f.connection(content)
	case "immediate":
		f.verdict(content)
	case "target":
		f.target(content)
	default:
		f.match(name, content)
	}
}

// statements do something and leave the packet's way as it is.
func statements() []string { return []string{"counter", "log", "notrack", "objref", "last", "dup"} }

func nameOf(data []byte) (name string, content []byte) {
	eachAttribute(data, func(a *netlink.AttributeDecoder) {
		switch a.Type() {
		case unix.NFTA_EXPR_NAME:
			name = a.String()
		case unix.NFTA_EXPR_DATA:
			content = bytes.Clone(a.Bytes())
		}
	})
	return name, content
}

// verdict reads a constant: a verdict, or a value that a statement uses.
func (f *foreigner) verdict(content []byte) {
	var constant expr.Immediate
	var verdict expr.Verdict
	if expr.Unmarshal(unix.NFPROTO_IPV4, content, &constant) != nil || constant.Register != unix.NFT_REG_VERDICT ||
		expr.Unmarshal(unix.NFPROTO_IPV4, content, &verdict) != nil {
		return
	}
	outcome, known := map[expr.VerdictKind]firewall.Outcome{
		expr.VerdictAccept: firewall.Accepts, expr.VerdictDrop: firewall.Drops, expr.VerdictReturn: firewall.Returns,
		expr.VerdictJump: firewall.Jumps, expr.VerdictGoto: firewall.Goes,
	}[verdict.Kind]
	if known {
		f.rule.Outcome, f.rule.Jump = outcome, verdict.Chain
	}
}

// target reads a target of a module of iptables. Those that it does not know
// let the packet go on, as LOG and MARK do.
func (f *foreigner) target(content []byte) {
	var target expr.Target
	if expr.Unmarshal(unix.NFPROTO_IPV4, content, &target) != nil {
		f.rule.More = true
		return
	}
	switch target.Name {
	case "REJECT":
		f.rule.Outcome = firewall.Drops
	case "DNAT", "SNAT", "MASQUERADE", "REDIRECT", "NETMAP", "TPROXY":
		f.rule.Outcome = firewall.Translates
		f.decoder.target(&target) // the destination, where it is a plain one
	}
}

func (f *foreigner) connection(content []byte) {
	var ct expr.Ct
	if expr.Unmarshal(unix.NFPROTO_IPV4, content, &ct) != nil || ct.SourceRegister {
		return // it sets something
	}
	f.ct, f.loaded, f.mask = &ct, nil, nil
}

// match reads what a packet is compared with.
func (f *foreigner) match(name string, content []byte) {
	e := blank(name)
	if e == nil || expr.Unmarshal(unix.NFPROTO_IPV4, content, e) != nil {
		f.rule.More = true
		return
	}
	switch e := e.(type) {
	case *expr.Meta:
		f.ct = nil
		if e.SourceRegister {
			return // it sets a mark or the like
		}
	case *expr.Payload:
		f.ct = nil
	case *expr.Cmp:
		if f.compareForeign(e) {
			return
		}
	case *expr.Match:
		if f.matchStates(e) {
			return
		}
	}
	if !f.read(e) {
		f.rule.More = true
	}
}

// compareForeign understands what nft writes and iptables does not.
func (f *foreigner) compareForeign(e *expr.Cmp) bool {
	if f.ct != nil {
		f.compareConnection(e)
		return true
	}
	loaded, isMeta := f.loaded.(*expr.Meta)
	if !isMeta {
		return false
	}
	switch loaded.Key {
	case expr.MetaKeyNFPROTO:
		f.rule.Never = f.rule.Never || (e.Op == expr.CmpOpEq) != bytes.Equal(e.Data, []byte{unix.NFPROTO_IPV4})
		return true
	case expr.MetaKeyIIFNAME, expr.MetaKeyOIFNAME:
		// A name that is compared whole is padded to its full size.
		if len(e.Data) == unix.IFNAMSIZ {
			e.Data = append(bytes.TrimRight(e.Data, "\x00"), 0)
		}
	}
	return false
}

// The bits of ct state (NF_CT_STATE_BIT) and ct status (enum ip_conntrack_status)
// of linux/netfilter/nf_conntrack_common.h.
func (f *foreigner) compareConnection(e *expr.Cmp) {
	if e.Op != expr.CmpOpNeq || len(f.mask) != 4 || len(bytes.Trim(e.Data, "\x00")) > 0 || f.rule.States != 0 {
		f.rule.More = true
		return
	}
	bits := binary.NativeEndian.Uint32(f.mask)
	switch f.ct.Key {
	case expr.CtKeySTATE:
		f.rule.States = statesFrom(bits, map[uint32]firewall.StateSet{
			1: firewall.Invalid, 2: firewall.Established, 4: firewall.Related, 8: firewall.New, 64: firewall.Untracked,
		})
	case expr.CtKeySTATUS:
		f.rule.States = statesFrom(bits, map[uint32]firewall.StateSet{
			16: firewall.SourceTranslated, 32: firewall.DestinationTranslated,
		})
	}
	f.rule.More = f.rule.More || f.rule.States == 0
}

// matchStates reads the module conntrack, also with states that no rule of ours
// has. Its bits are XT_CONNTRACK_STATE_* of linux/netfilter/xt_conntrack.h.
func (f *foreigner) matchStates(e *expr.Match) bool {
	info, is := e.Info.(*xt.ConntrackMtinfo3)
	if !is || f.rule.States != 0 || info.MatchFlags != uint16(xt.ConntrackState) || info.InvertFlags != 0 {
		return false
	}
	f.rule.States = statesFrom(uint32(info.StateMask), map[uint32]firewall.StateSet{
		1: firewall.Invalid, 2: firewall.Established, 4: firewall.Related, 8: firewall.New,
		64: firewall.SourceTranslated, 128: firewall.DestinationTranslated, 256: firewall.Untracked,
	})
	return f.rule.States != 0
}

func statesFrom(bits uint32, meaning map[uint32]firewall.StateSet) firewall.StateSet {
	var set firewall.StateSet
	for bit, state := range meaning {
		if bits&bit != 0 {
			set |= state
		}
	}
	return set
}

// text puts a rule into words, as far as it was understood.
func (f *foreigner) text() string {
	words := f.decoder.rule.Matches()
	if f.rule.States != 0 {
		words = append(words, "-m", "conntrack", "--ctstate", f.rule.States.String())
	}
	if f.rule.More {
		words = append(words, "…")
	}
	switch f.rule.Outcome {
	case firewall.Accepts:
		words = append(words, "-j", "ACCEPT")
	case firewall.Drops:
		words = append(words, "-j", "DROP")
	case firewall.Translates:
		words = append(words, "-j", "NAT")
		if f.decoder.rule.To.IsValid() {
			words[len(words)-1] = "DNAT"
			words = append(words, "--to-destination", f.decoder.rule.To.String())
		}
	}
	return strings.Join(words, " ")
}
