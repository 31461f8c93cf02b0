package nft

import (
	"time"

	"golang.org/x/sys/unix"
)

// The kernel frees deleted rules after an RCU grace period, in the background,
// but whoever closes a socket of the family before that, if only by ending,
// waits for it, and everybody's transactions wait as well (nft_rcv_nl_event in
// net/netfilter/nf_tables_api.c).

// linger is some grace periods, of which one takes 5 to 20 ms.
const linger = 50 * time.Millisecond

// retire closes the socket a little later. A process that ends before waits.
func (s *socket) retire() {
	time.AfterFunc(linger, func() { unix.Close(s.fd) })
}

// abandon leaves it to the kernel to close the socket: it is sent to a socket
// that only its own queue refers to, and such the kernel clears away in the
// background (unix(7), net/unix/garbage.c). It does so one after the other, each
// of which may wait, so that this is for those who are alone.
func (s *socket) abandon() {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err == nil {
		unix.Sendmsg(pair[0], []byte{0}, unix.UnixRights(pair[1], s.fd), nil, unix.MSG_DONTWAIT)
		// The kernel looks for such sockets when another one is closed: after
		// nobody refers to them any more.
		defer unix.Close(pair[0])
		defer unix.Close(pair[1])
	}
	unix.Close(s.fd) // before the kernel has closed its own: who does so last waits
}
