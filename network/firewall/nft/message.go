package nft

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// message is one nf_tables request, of those that linux/netfilter/nf_tables.h
// numbers. Its family is IPv4 unless it is about all of them.
type message struct {
	kind       uint16 // such as unix.NFT_MSG_NEWRULE
	flags      uint16 // beside unix.NLM_F_REQUEST
	attributes []byte
	everywhere bool // about all families, not IPv4 alone
}

// encode lays the message out with both its headers, struct nlmsghdr and
// struct nfgenmsg.
func (m message) encode(sequence uint32) []byte {
	kind := unix.NFNL_SUBSYS_NFTABLES<<8 | m.kind
	family := uint8(unix.NFPROTO_IPV4)
	if m.everywhere {
		family = unix.NFPROTO_UNSPEC
	}
	return encode(kind, m.flags, sequence, family, 0, m.attributes)
}

// encodeBatch lays messages out between the marks that make them one
// transaction. The kernel refuses it (ERESTART) when its rules are no longer
// of the given generation. Message i has the sequence number first+1+i.
func encodeBatch(messages []message, first, generation uint32) []byte {
	condition := attributes(number(unix.NFNL_BATCH_GENID, generation))
	batch := encode(unix.NFNL_MSG_BATCH_BEGIN, 0, first, unix.NFPROTO_UNSPEC, unix.NFNL_SUBSYS_NFTABLES, condition)
	sequence := first
	for _, m := range messages {
		sequence++
		batch = append(batch, m.encode(sequence)...)
	}
	return append(batch, encode(unix.NFNL_MSG_BATCH_END, 0, sequence+1, unix.NFPROTO_UNSPEC, unix.NFNL_SUBSYS_NFTABLES, nil)...)
}

// generalHeader is the size of struct nfgenmsg (linux/netfilter/nfnetlink.h):
// family, version, resource.
const generalHeader = 4

func encode(kind, flags uint16, sequence uint32, family uint8, resource uint16, attributes []byte) []byte {
	length := unix.SizeofNlMsghdr + generalHeader + len(attributes)
	data := make([]byte, 0, length)
	data = binary.NativeEndian.AppendUint32(data, uint32(length))
	data = binary.NativeEndian.AppendUint16(data, kind)
	data = binary.NativeEndian.AppendUint16(data, flags|unix.NLM_F_REQUEST)
	data = binary.NativeEndian.AppendUint32(data, sequence)
	data = binary.NativeEndian.AppendUint32(data, 0) // sender: the kernel knows
	data = append(data, family, unix.NFNETLINK_V0)
	data = binary.BigEndian.AppendUint16(data, resource)
	return append(data, attributes...)
}
