package nft

import (
	"net/netip"

	"github.com/google/nftables/expr"
	"github.com/google/nftables/xt"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// The form that a rule takes in the kernel is the one of iptables 1.8.4.
// iptables of every later version lists and deletes it. The reverse does not
// hold: 1.8.7 loses a port that 1.8.8 wrote, and 1.8.4 reads the /24 of 1.8.7
// as /32.

// register is the one that iptables loads what it compares into.
const register = unix.NFT_REG_1

// expressions translates a rule, matches in the order of Rule.Words.
func expressions(owner string, r firewall.Rule) []expr.Any {
	list := interfaceMatch(expr.MetaKeyIIFNAME, r.In)
	list = append(list, interfaceMatch(expr.MetaKeyOIFNAME, r.Out)...)
	list = append(list, protocolMatch(r.Protocol)...)
	list = append(list, prefixMatch(sourceOffset, r.Source)...)
	list = append(list, prefixMatch(destinationOffset, r.Destination)...)
	list = append(list, extensions(owner, r)...)
	return append(list, &expr.Counter{}, target(r))
}

func interfaceMatch(key expr.MetaKey, i firewall.Interface) []expr.Any {
	if i.Name == "" {
		return nil
	}
	operation := expr.CmpOpEq
	if i.Not {
		operation = expr.CmpOpNeq
	}
	return []expr.Any{
		&expr.Meta{Key: key, Register: register},
		// With its NUL, so that the name is compared whole, not as a prefix.
		&expr.Cmp{Op: operation, Register: register, Data: append([]byte(i.Name), 0)},
	}
}

func protocolMatch(protocol firewall.Protocol) []expr.Any {
	if protocol == "" {
		return nil
	}
	return []expr.Any{
		&expr.Meta{Key: expr.MetaKeyL4PROTO, Register: register},
		&expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: []byte{protocolNumber(protocol)}},
	}
}

func protocolNumber(protocol firewall.Protocol) byte {
	if protocol == firewall.UDP {
		return unix.IPPROTO_UDP
	}
	return unix.IPPROTO_TCP
}

// Where the addresses lie in an IPv4 header (RFC 791 section 3.1).
const (
	sourceOffset      = 12
	destinationOffset = 16
)

func prefixMatch(offset uint32, prefix netip.Prefix) []expr.Any {
	if !prefix.IsValid() {
		return nil
	}
	list := []expr.Any{&expr.Payload{
		DestRegister: register,
		Base:         expr.PayloadBaseNetworkHeader,
		Offset:       offset,
		Len:          4,
	}}
	if prefix.Bits() < 32 {
		list = append(list, &expr.Bitwise{
			SourceRegister: register,
			DestRegister:   register,
			Len:            4,
			Mask:           bigEndian(^uint32(0) << (32 - prefix.Bits())),
			Xor:            make([]byte, 4),
		})
	}
	return append(list, &expr.Cmp{Op: expr.CmpOpEq, Register: register, Data: prefix.Addr().AsSlice()})
}

// extensions are the matches that iptables has a module for, in the format of
// that module.
func extensions(owner string, r firewall.Rule) []expr.Any {
	var list []expr.Any
	if r.DestinationType != "" {
		list = append(list, &expr.Match{Name: "addrtype", Rev: 1, Info: addressTypeMatch(r.DestinationType)})
	}
	if r.States != "" {
		list = append(list, &expr.Match{Name: "conntrack", Rev: 3, Info: stateMatch(stateBits(r.States))})
	}
	comment := xt.Comment(firewall.Comment(owner))
	list = append(list, &expr.Match{Name: "comment", Info: &comment})
	if r.DestinationPort != 0 {
		list = append(list, portMatch(r.Protocol, r.DestinationPort))
	}
	return list
}

// invertDestination is XT_ADDRTYPE_INVERT_DEST of linux/netfilter/xt_addrtype.h.
const invertDestination = 1 << 1

func addressTypeMatch(t firewall.AddressType) *xt.AddrTypeV1 {
	match := &xt.AddrTypeV1{Dest: uint16(xt.AddrTypeLocal)}
	if t == firewall.NotLocal {
		match.Flags = invertDestination
	}
	return match
}

func portMatch(protocol firewall.Protocol, port uint16) *expr.Match {
	every, only := [2]uint16{0, 65535}, [2]uint16{port, port}
	if protocol == firewall.UDP {
		return &expr.Match{Name: "udp", Info: &xt.Udp{SrcPorts: every, DstPorts: only}}
	}
	return &expr.Match{Name: "tcp", Info: &xt.Tcp{SrcPorts: every, DstPorts: only}}
}

func target(r firewall.Rule) expr.Any {
	switch r.Target {
	case firewall.Accept:
		return &expr.Verdict{Kind: expr.VerdictAccept}
	case firewall.Drop:
		return &expr.Verdict{Kind: expr.VerdictDrop}
	case firewall.Masquerade:
		return &expr.Target{Name: "MASQUERADE", Info: &xt.NatIPv4MultiRangeCompat{{}}}
	}
	address := r.To.Addr().AsSlice()
	return &expr.Target{Name: "DNAT", Rev: 2, Info: &xt.NatRange2{NatRange: xt.NatRange{
		Flags:   uint(xt.NatRangeMapIPs | xt.NatRangeProtoSpecified),
		MinIP:   address,
		MaxIP:   address,
		MinPort: r.To.Port(),
		MaxPort: r.To.Port(),
	}}}
}
