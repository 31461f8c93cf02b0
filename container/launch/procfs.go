package launch

import (
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// NewCgroupNamespace makes the cgroup in which the process is the root of what
// it sees.
func (p *Plan) NewCgroupNamespace() {
	p.do("making a cgroup namespace", unix.SYS_UNSHARE, unix.CLONE_NEWCGROUP)
}

// OfferProc opens procfs as the process' pid namespace has it (fsopen(2)) and
// sends the descriptor through Status, which is a socket then. AcceptProc takes
// it at the other end. Only a process of a pid namespace can open its procfs.
func (p *Plan) OfferProc() {
	name, _ := placeText(p, "proc")
	message := newRights(p)
	p.do("opening procfs", unix.SYS_FSOPEN, address(name), unix.FSOPEN_CLOEXEC).store = &message.descriptor
	p.do("sending procfs", unix.SYS_SENDMSG, Status, address(&message.header))
}

// rights is a message of one byte with one descriptor (unix(7), SCM_RIGHTS).
type rights struct {
	header     unix.Msghdr
	text       unix.Iovec
	control    unix.Cmsghdr
	descriptor int32
	_          int32 // control messages end at a multiple of eight bytes
	offered    byte
}

func newRights(p *Plan) *rights {
	r := place(p, rights{offered: 'r'})
	r.text.Base = &r.offered
	r.text.SetLen(1)
	r.control.Level, r.control.Type = unix.SOL_SOCKET, unix.SCM_RIGHTS
	r.control.SetLen(unix.CmsgLen(4))
	r.header.Iov, r.header.Iovlen = &r.text, 1
	r.header.Control = (*byte)(unsafe.Pointer(&r.control))
	r.header.SetControllen(unix.CmsgSpace(4))
	return r
}

// AcceptProc takes what OfferProc sends. When the process failed before, or
// died, the error is that of Await, and the failure what it says.
func AcceptProc(status *os.File) (context *os.File, failure *Failure, err error) {
	text, control := make([]byte, 64), make([]byte, unix.CmsgSpace(4))
	n, length, _, _, err := unix.Recvmsg(int(status.Fd()), text, control, unix.MSG_CMSG_CLOEXEC)
	switch {
	case err != nil:
		return nil, nil, fmt.Errorf("waiting for procfs: %w", err)
	case length == 0:
		failure, err = told(text[:n])
		return nil, failure, err
	}
	messages, err := unix.ParseSocketControlMessage(control[:length])
	if err != nil {
		return nil, nil, fmt.Errorf("waiting for procfs: %w", err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return nil, nil, fmt.Errorf("waiting for procfs: %w", err)
	}
	return os.NewFile(uintptr(fds[0]), "procfs"), nil, nil
}
