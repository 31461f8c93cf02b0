// Package unixsocket asks the kernel for unix sockets.
package unixsocket

import (
	"bytes"
	"encoding/binary"
	"os"

	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

// What of linux/unix_diag.h and net/tcp_states.h is needed.
const (
	stateListen = 1 << 10 // TCP_LISTEN

	showName, showFile, showUser = 0x01, 0x02, 0x40 // UDIAG_SHOW_NAME, _VFS, _UID
	attrName, attrFile, attrUser = 0, 1, 7          // UNIX_DIAG_NAME, _VFS, _UID

	requestSize = 24 // struct unix_diag_req
	messageSize = 16 // struct unix_diag_msg, after which the attributes begin
)

// Listening calls found with the address of each unix socket at which a program of
// this user listens, as it was given to bind(2), and whose file is on a device,
// numbered as stat(2) does. It asks for those of the caller's network namespace
// (sock_diag(7)). Kernels before 5.3 do not tell whose a socket is, and so none is
// found.
func Listening(device uint64, found func(address string)) error {
	body := make([]byte, requestSize)
	body[0] = unix.AF_UNIX
	binary.NativeEndian.PutUint32(body[4:], stateListen)
	binary.NativeEndian.PutUint32(body[12:], showName|showFile|showUser)
	request := nl.NewNetlinkRequest(nl.SOCK_DIAG_BY_FAMILY, unix.NLM_F_DUMP)
	request.AddRawData(body)
	file := fileOn(device)
	user := binary.NativeEndian.AppendUint32(nil, uint32(os.Geteuid()))
	return request.ExecuteIter(unix.NETLINK_INET_DIAG, nl.SOCK_DIAG_BY_FAMILY, func(message []byte) bool {
		about := attributes(message)
		if bytes.Equal(about[attrUser], user) && bytes.HasSuffix(about[attrFile], file) {
			found(string(bytes.TrimRight(about[attrName], "\x00")))
		}
		return true
	})
}

// fileOn gives the end of a struct unix_diag_vfs of a file on a device, in the
// kernel's own numbers: 20 bits for the minor one (linux/kdev_t.h).
func fileOn(device uint64) []byte {
	return binary.NativeEndian.AppendUint32(nil, unix.Major(device)<<20|unix.Minor(device))
}

// attributes takes a message apart. nl.ParseRouteAttr would take longer than the
// kernel does to write it.
func attributes(message []byte) (values [attrUser + 1][]byte) {
	for rest := message[min(messageSize, len(message)):]; len(rest) >= unix.SizeofNlAttr; {
		length := int(binary.NativeEndian.Uint16(rest))
		if length < unix.SizeofNlAttr || length > len(rest) {
			break
		}
		if kind := int(binary.NativeEndian.Uint16(rest[2:])); kind < len(values) {
			values[kind] = rest[unix.SizeofNlAttr:length]
		}
		rest = rest[min((length+unix.NLA_ALIGNTO-1)&^(unix.NLA_ALIGNTO-1), len(rest)):]
	}
	return values
}
