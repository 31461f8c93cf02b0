package network

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// listedSockets gives the inodes of the sockets in /proc/net that have a host
// port, those that listen first. Sockets that are bound and neither listen nor
// are connected are not listed there.
func listedSockets(mapping PortMapping) []uint64 {
	const listening = "0A" // TCP_LISTEN of net/tcp_states.h, in hexadecimal
	var inodes []uint64
	for _, table := range []string{mapping.Protocol, mapping.Protocol + "6"} {
		// thread-self: the calling thread may be in another network
		// namespace than the process's first one.
		content, err := os.ReadFile("/proc/thread-self/net/" + table)
		if err != nil {
			continue // a kernel without IPv6 has no such table
		}
		for line := range strings.Lines(string(content)) {
			inode, state, matches := matchLine(line, mapping)
			switch {
			case !matches:
			case state == listening:
				inodes = slices.Insert(inodes, 0, inode)
			default:
				inodes = append(inodes, inode)
			}
		}
	}
	return inodes
}

// matchLine reads a line of /proc/net/tcp and its like (proc_pid_net(5)):
//
//	sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
func matchLine(line string, mapping PortMapping) (inode uint64, state string, matches bool) {
	const localAddress, st, inodeField = 1, 3, 9
	fields := strings.Fields(line)
	if len(fields) <= inodeField {
		return 0, "", false
	}
	address, port, ok := parseLocal(fields[localAddress])
	if !ok || port != mapping.HostPort || !sharesAddress(address, mapping) {
		return 0, "", false
	}
	inode, err := strconv.ParseUint(fields[inodeField], 10, 64)
	return inode, fields[st], err == nil && inode != 0 // connections in TIME_WAIT have no inode
}

// parseLocal reads ADDRESS:PORT. The address is in hexadecimal, in words of
// four bytes, each in the machine's byte order.
func parseLocal(text string) (netip.Addr, uint16, bool) {
	address, port, _ := strings.Cut(text, ":")
	raw, err := hex.DecodeString(address)
	if err != nil || len(raw)%4 != 0 {
		return netip.Addr{}, 0, false
	}
	for word := 0; word < len(raw); word += 4 {
		binary.BigEndian.PutUint32(raw[word:], binary.NativeEndian.Uint32(raw[word:]))
	}
	parsed, ok := netip.AddrFromSlice(raw)
	number, err := strconv.ParseUint(port, 16, 16)
	return parsed.Unmap(), uint16(number), ok && err == nil
}

// sharesAddress tells whether a socket at an address keeps others from the
// mapping's.
func sharesAddress(address netip.Addr, mapping PortMapping) bool {
	wanted := mapping.bindAddress()
	return address.IsUnspecified() || wanted.IsUnspecified() && address.Is4() || address == wanted
}

// boundSockets asks for the inodes of TCP sockets that are bound and idle
// (sock_diag(7)). Kernels before 6.8 do not tell.
func boundSockets(mapping PortMapping) []uint64 {
	const (
		requestSize   = 56      // struct inet_diag_req_v2 of linux/inet_diag.h
		boundInactive = 1 << 13 // TCP_BOUND_INACTIVE of net/tcp_states.h
	)
	var inodes []uint64
	for _, family := range []byte{unix.AF_INET, unix.AF_INET6} {
		body := make([]byte, requestSize)
		body[0], body[1] = family, unix.IPPROTO_TCP
		binary.NativeEndian.PutUint32(body[4:], boundInactive)
		request := nl.NewNetlinkRequest(nl.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP)
		request.AddRawData(body)
		// An error means that less is known; what was found still counts.
		_ = request.ExecuteIter(unix.NETLINK_INET_DIAG, nl.SOCK_DIAG_BY_FAMILY, func(message []byte) bool {
			if inode, ok := matchMessage(message, mapping); ok {
				inodes = append(inodes, inode)
			}
			return true
		})
	}
	return inodes
}

// matchMessage reads a struct inet_diag_msg of linux/inet_diag.h: family at
// byte 0, source port at 4 and source address at 8 in network order, inode at
// 68.
func matchMessage(message []byte, mapping PortMapping) (inode uint64, matches bool) {
	const size = 72
	if len(message) < size {
		return 0, false
	}
	address, _ := netip.AddrFromSlice(message[8:24])
	if message[0] == unix.AF_INET {
		address, _ = netip.AddrFromSlice(message[8:12])
	}
	inode = uint64(binary.NativeEndian.Uint32(message[68:]))
	return inode, binary.BigEndian.Uint16(message[4:]) == mapping.HostPort && sharesAddress(address.Unmap(), mapping)
}
