package nft

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"net/netip"
	"strings"

	"github.com/google/nftables/expr"
	"github.com/google/nftables/xt"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// decoder reads expressions back into a rule. It takes every form in which a
// version of iptables-nft writes what a firewall.Rule can say. Anything else
// makes the rule strange.
type decoder struct {
	rule    firewall.Rule
	comment string
	strange bool

	loaded expr.Any // what the register holds: *expr.Meta or *expr.Payload
	mask   []byte   // and what of it counts; nil is everything
}

// decode reads a rule and its comment.
func decode(place firewall.Rule, list []expr.Any) (found firewall.Found, comment string) {
	d := decoder{rule: place}
	for _, e := range list {
		if !d.read(e) {
			d.strange = true
		}
	}
	if d.rule.Target == "" || d.strange {
		return firewall.Found{Rule: place, Strange: true}, d.comment
	}
	return firewall.Found{Rule: d.rule}, d.comment
}

// read takes one expression and tells whether it understood all of it.
func (d *decoder) read(e expr.Any) bool {
	switch e := e.(type) {
	case *expr.Counter:
		return true
	case *expr.Meta:
		d.loaded, d.mask = e, nil
		return !e.SourceRegister
	case *expr.Payload:
		d.loaded, d.mask = e, nil
		return e.OperationType == expr.PayloadLoad
	case *expr.Bitwise:
		d.mask = e.Mask
		return len(bytes.Trim(e.Xor, "\x00")) == 0
	case *expr.Cmp:
		return d.compare(e)
	case *expr.Match:
		return d.match(e)
	case *expr.Verdict:
		return d.verdict(e.Kind)
	case *expr.Target:
		return d.target(e)
	}
	return false
}

// compare makes a match of what was loaded and what it is compared with.
func (d *decoder) compare(e *expr.Cmp) bool {
	if e.Op != expr.CmpOpEq && e.Op != expr.CmpOpNeq {
		return false
	}
	negated := e.Op == expr.CmpOpNeq
	switch loaded := d.loaded.(type) {
	case *expr.Meta:
		return d.mask == nil && d.meta(loaded.Key, e.Data, negated)
	case *expr.Payload:
		return !negated && d.payload(loaded, e.Data)
	}
	return false
}

func (d *decoder) meta(key expr.MetaKey, value []byte, negated bool) bool {
	name, whole := strings.CutSuffix(string(value), "\x00")
	switch {
	case key == expr.MetaKeyIIFNAME && whole && d.rule.In.Name == "":
		d.rule.In = firewall.Interface{Name: name, Not: negated}
	case key == expr.MetaKeyOIFNAME && whole && d.rule.Out.Name == "":
		d.rule.Out = firewall.Interface{Name: name, Not: negated}
	case key == expr.MetaKeyL4PROTO && !negated:
		return d.protocol(value)
	default:
		return false
	}
	return true
}

func (d *decoder) protocol(value []byte) bool {
	for _, protocol := range []firewall.Protocol{firewall.TCP, firewall.UDP} {
		if d.rule.Protocol == "" && bytes.Equal(value, []byte{protocolNumber(protocol)}) {
			d.rule.Protocol = protocol
			return true
		}
	}
	return false
}

// Where the protocol lies in an IPv4 header, and the destination port in one
// of TCP and UDP alike (RFC 791, RFC 9293, RFC 768).
const (
	protocolOffset        = 9
	destinationPortOffset = 2
)

func (d *decoder) payload(p *expr.Payload, value []byte) bool {
	if len(value) != int(p.Len) {
		return false
	}
	network := p.Base == expr.PayloadBaseNetworkHeader
	switch {
	case network && p.Offset == sourceOffset && !d.rule.Source.IsValid():
		return d.prefix(&d.rule.Source, value)
	case network && p.Offset == destinationOffset && !d.rule.Destination.IsValid():
		return d.prefix(&d.rule.Destination, value)
	case network && p.Offset == protocolOffset && d.mask == nil:
		return d.protocol(value)
	case p.Base == expr.PayloadBaseTransportHeader && p.Offset == destinationPortOffset && p.Len == 2 && d.mask == nil:
		return d.port([2]uint16{binary.BigEndian.Uint16(value), binary.BigEndian.Uint16(value)})
	}
	return false
}

// prefix reads a prefix of whole bytes, or four bytes and their mask.
func (d *decoder) prefix(into *netip.Prefix, value []byte) bool {
	length := 8 * len(value)
	if d.mask != nil {
		if len(value) != 4 || len(d.mask) != 4 {
			return false
		}
		mask := binary.BigEndian.Uint32(d.mask)
		length = bits.LeadingZeros32(^mask)
		if mask<<length != 0 {
			return false
		}
	}
	var address [4]byte
	if len(value) > 4 {
		return false
	}
	copy(address[:], value)
	*into = netip.PrefixFrom(netip.AddrFrom4(address), length)
	return true
}

func (d *decoder) port(ports [2]uint16) bool {
	if ports[0] != ports[1] || d.rule.DestinationPort != 0 {
		return false
	}
	d.rule.DestinationPort = ports[0]
	return true
}

// match reads a match of a module of iptables, of any revision whose meaning
// is known.
func (d *decoder) match(e *expr.Match) bool {
	every := [2]uint16{0, 65535}
	switch info := e.Info.(type) {
	case *xt.Comment:
		if d.comment != "" {
			return false
		}
		d.comment, _, _ = strings.Cut(string(*info), "\x00")
		return true
	case *xt.AddrTypeV1:
		return d.addressType(*info)
	case *xt.ConntrackMtinfo3:
		return d.state(info)
	case *xt.Tcp:
		return d.rule.Protocol == firewall.TCP && *info == xt.Tcp{SrcPorts: every, DstPorts: info.DstPorts} && d.port(info.DstPorts)
	case *xt.Udp:
		return d.rule.Protocol == firewall.UDP && *info == xt.Udp{SrcPorts: every, DstPorts: info.DstPorts} && d.port(info.DstPorts)
	}
	return false
}

func (d *decoder) addressType(info xt.AddrTypeV1) bool {
	for _, t := range []firewall.AddressType{firewall.Local, firewall.NotLocal} {
		if d.rule.DestinationType == "" && info == *addressTypeMatch(t) {
			d.rule.DestinationType = t
			return true
		}
	}
	return false
}

func (d *decoder) state(info *xt.ConntrackMtinfo3) bool {
	states, known := statesOf(info.StateMask)
	first := d.rule.States == ""
	d.rule.States = states
	return known && first && sameInfo(info, stateMatch(info.StateMask))
}

func (d *decoder) verdict(kind expr.VerdictKind) bool {
	switch kind {
	case expr.VerdictAccept:
		d.rule.Target = firewall.Accept
	case expr.VerdictDrop:
		d.rule.Target = firewall.Drop
	default:
		return false
	}
	return true
}

func (d *decoder) target(e *expr.Target) bool {
	switch info := e.Info.(type) {
	case *xt.NatIPv4MultiRangeCompat:
		d.rule.Target = firewall.Masquerade
	case *xt.NatRange2:
		address, ok := netip.AddrFromSlice(info.MinIP)
		if !ok {
			return false
		}
		d.rule.Target, d.rule.To = firewall.DNAT, netip.AddrPortFrom(address, info.MinPort)
	default:
		return false
	}
	// What was read, written again, must come to the same.
	again, ok := target(d.rule).(*expr.Target)
	return ok && again.Name == e.Name && again.Rev == e.Rev && sameInfo(again.Info, e.Info)
}

// sameInfo tells whether two blobs of a module are the same to the kernel.
func sameInfo(a, b xt.InfoAny) bool {
	one, err := xt.Marshal(unix.NFPROTO_IPV4, 0, a)
	two, err2 := xt.Marshal(unix.NFPROTO_IPV4, 0, b)
	return err == nil && err2 == nil && bytes.Equal(one, two)
}
