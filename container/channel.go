package container

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// channel is one side of the socket pair between a container's creator and
// its init. Each message is a packet; its first byte says what it is. When
// either side dies, the other reads the end of the file, and gives up.
type channel struct {
	*os.File
}

// The kinds of message.
const (
	goOn     = 'g' // creator to init: the latch is open
	lending  = 'l' // creator to init: a mount, as a descriptor
	console  = 'c' // init to creator: the terminal, as a descriptor
	prepared = 'p' // init to creator: it waits at the latch
	begins   = 'b' // init to creator: all is done but the program itself
	failed   = 'f' // init to creator: exit status (one byte) and message
)

// longestMessage bounds a message, in bytes.
const longestMessage = 32 << 10

// message is what came over a channel.
type message struct {
	kind byte
	text []byte
	fd   int // the descriptor of a console or lending message; else -1
}

// errClosed says that the other side is gone.
var errClosed = errors.New("the other side is gone")

// newChannel makes both sides.
func newChannel() (creator, init channel, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return channel{}, channel{}, fmt.Errorf("making the channel to init: %w", err)
	}
	creator = channel{os.NewFile(uintptr(fds[0]), "channel to init")}
	init = channel{os.NewFile(uintptr(fds[1]), "channel of init")}
	return creator, init, nil
}

// send sends a message; errClosed when nobody can read it.
func (c channel) send(kind byte, text []byte, files ...*os.File) error {
	packet := append([]byte{kind}, text...)
	if len(packet) > longestMessage {
		packet = packet[:longestMessage]
	}
	var rights []byte
	for _, file := range files {
		rights = unix.UnixRights(int(file.Fd()))
	}
	_, err := retried(func() (int, error) {
		return 0, unix.Sendmsg(int(c.Fd()), packet, rights, nil, unix.MSG_NOSIGNAL)
	})
	if err == unix.EPIPE || err == unix.ECONNRESET {
		return errClosed
	}
	return err
}

// receive waits for a message; errClosed when there is none to come.
func (c channel) receive() (message, error) {
	packet, rights := make([]byte, longestMessage), make([]byte, unix.CmsgSpace(4))
	var rightsLength int
	n, err := retried(func() (n int, err error) {
		n, rightsLength, _, _, err = unix.Recvmsg(int(c.Fd()), packet, rights, unix.MSG_CMSG_CLOEXEC)
		return n, err
	})
	switch {
	case err == unix.ECONNRESET, err == nil && n == 0:
		return message{}, errClosed
	case err != nil:
		return message{}, fmt.Errorf("reading from the channel: %w", err)
	}
	fd, err := descriptorIn(rights[:rightsLength])
	return message{kind: packet[0], text: packet[1:n], fd: fd}, err
}

// descriptorIn takes the descriptor that came with a message, if one did.
func descriptorIn(rights []byte) (int, error) {
	if len(rights) == 0 {
		return -1, nil
	}
	messages, err := unix.ParseSocketControlMessage(rights)
	if err != nil || len(messages) != 1 {
		return -1, fmt.Errorf("reading a descriptor from the channel: %w", errors.Join(errors.New("not one"), err))
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return -1, fmt.Errorf("reading a descriptor from the channel: %w", errors.Join(errors.New("not one"), err))
	}
	return fds[0], nil
}
