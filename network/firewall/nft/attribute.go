package nft

import (
	"encoding/binary"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// attributes lays attributes out, each padded to four bytes, so that what
// follows is aligned.
func attributes(list ...netlink.Attribute) []byte {
	data, err := netlink.MarshalAttributes(list)
	if err != nil {
		// One is longer than 64 KiB, and none of ours comes near.
		panic(err)
	}
	return data
}

// eachAttribute reads attributes; numbers among them are big-endian.
func eachAttribute(data []byte, read func(a *netlink.AttributeDecoder)) error {
	decoder, err := netlink.NewAttributeDecoder(data)
	if err != nil {
		return err
	}
	decoder.ByteOrder = binary.BigEndian
	for decoder.Next() {
		read(decoder)
	}
	return decoder.Err()
}

// text is a string with its NUL.
func text(kind uint16, value string) netlink.Attribute {
	return netlink.Attribute{Type: kind, Data: append([]byte(value), 0)}
}

func number(kind uint16, value uint32) netlink.Attribute {
	return netlink.Attribute{Type: kind, Data: bigEndian(value)}
}

func nested(kind uint16, list ...netlink.Attribute) netlink.Attribute {
	return netlink.Attribute{Type: kind | unix.NLA_F_NESTED, Data: attributes(list...)}
}

func bigEndian(value uint32) []byte { return binary.BigEndian.AppendUint32(nil, value) }
