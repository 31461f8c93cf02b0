package nft

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/unix"
)

// receiveBuffer holds any one datagram of the kernel, which fills at most 32
// KiB for a dump (netlink_recvmsg in net/netlink/af_netlink.c).
const receiveBuffer = 64 << 10

// socket is a netlink socket of the netfilter family. It acts in the network
// namespace of the thread that opened it.
//
// The kernel works requests off while they are sent, so that every answer lies
// ready when send returns and nothing is ever waited for.
type socket struct {
	fd       int
	sequence uint32
	buffer   []byte
}

// errInterrupted says that rules changed while they were listed, and that the
// list may lack some.
var errInterrupted = errors.New("the rules changed while they were listed")

func open() (*socket, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_NETFILTER)
	if err != nil {
		return nil, fmt.Errorf("opening a netfilter socket: %w", err)
	}
	// Errors are to carry the header of the message at fault, not all of it.
	if err := unix.SetsockoptInt(fd, unix.SOL_NETLINK, unix.NETLINK_CAP_ACK, 1); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("opening a netfilter socket: %w", err)
	}
	return &socket{fd: fd, buffer: make([]byte, receiveBuffer)}, nil
}

// send sends messages, laid out one behind the other, as one datagram.
func (s *socket) send(datagram []byte) error {
	if err := s.makeRoom(len(datagram)); err != nil {
		return err
	}
	return unix.Sendto(s.fd, datagram, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

// smallDatagram fits into the send buffer that a socket has by default
// (net.core.wmem_default, 208 KiB), overhead included.
const smallDatagram = 128 << 10

func (s *socket) makeRoom(size int) error {
	if size <= smallDatagram {
		return nil
	}
	return unix.SetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_SNDBUFFORCE, 2*size)
}

// get asks for one object or, with NLM_F_DUMP, for all, and hands each answer
// over. The answer is valid until the next one.
func (s *socket) get(m message, each func(answer []byte) error) error {
	s.sequence++
	if err := s.send(m.encode(s.sequence)); err != nil {
		return err
	}
	interrupted := false
	for {
		answers, err := s.receive(0)
		if err != nil {
			return err
		}
		for _, answer := range answers {
			interrupted = interrupted || answer.Header.Flags&unix.NLM_F_DUMP_INTR != 0
			last, err := take(answer, each)
			if errors.Is(err, unix.EINVAL) && !s.supported(m) {
				return errUnsupported
			}
			if last || err != nil {
				return cmp.Or(err, interruption(interrupted))
			}
		}
	}
}

// supported tells whether the kernel knows nf_tables, after it found a request
// invalid. One that does not finds the plainest request invalid as well
// (nfnetlink_rcv_msg in net/netfilter/nfnetlink.c).
func (s *socket) supported(refused message) bool {
	if refused.kind == unix.NFT_MSG_GETGEN {
		return false
	}
	_, err := s.generation()
	return err == nil
}

// take hands one answer over and tells whether it was the last.
func take(answer syscall.NetlinkMessage, each func([]byte) error) (last bool, err error) {
	switch answer.Header.Type {
	case unix.NLMSG_DONE, unix.NLMSG_ERROR:
		return true, errorOf(answer)
	}
	return answer.Header.Flags&unix.NLM_F_MULTI == 0, each(answer.Data)
}

func interruption(interrupted bool) error {
	if interrupted {
		return errInterrupted
	}
	return nil
}

// receive reads one datagram. unix.MSG_DONTWAIT makes it give unix.EAGAIN when
// there is none.
func (s *socket) receive(flags int) ([]syscall.NetlinkMessage, error) {
	for {
		n, _, err := unix.Recvfrom(s.fd, s.buffer, flags)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, err
		}
		return syscall.ParseNetlinkMessage(s.buffer[:n])
	}
}

// errorOf reads the error number with which an NLMSG_ERROR or NLMSG_DONE
// message starts; 0 is nil.
func errorOf(m syscall.NetlinkMessage) error {
	if len(m.Data) < 4 {
		return nil
	}
	if number := -int32(binary.NativeEndian.Uint32(m.Data)); number != 0 {
		return unix.Errno(number)
	}
	return nil
}
