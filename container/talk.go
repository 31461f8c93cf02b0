package container

import (
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// side is one side of the conversation between a container's creator and
// whoever makes it: a process at the other end of a socket (channel), or a
// thread of the same process (talk).
type side interface {
	// send sends a message; errClosed when nobody can read it.
	send(kind byte, text []byte, files ...*os.File) error
	// receive waits for a message; errClosed when there is none to come.
	receive() (message, error)
	Close() error
}

// talk is one side of a conversation within one process.
type talk struct {
	in     <-chan message
	out    chan<- message
	left   <-chan struct{} // closed when the other side is
	closed chan struct{}
	once   *sync.Once
}

// pendingMessages is more than either side says without an answer.
const pendingMessages = 8

// newTalk makes both sides.
func newTalk() (creator, maker talk) {
	there, back := make(chan message, pendingMessages), make(chan message, pendingMessages)
	creatorLeft, makerLeft := make(chan struct{}), make(chan struct{})
	creator = talk{in: back, out: there, left: makerLeft, closed: creatorLeft, once: new(sync.Once)}
	maker = talk{in: there, out: back, left: creatorLeft, closed: makerLeft, once: new(sync.Once)}
	return creator, maker
}

func (t talk) send(kind byte, text []byte, files ...*os.File) error {
	sent := message{kind: kind, text: text, fd: -1}
	for _, file := range files {
		duplicate, err := unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return err
		}
		sent.fd = duplicate
	}
	select {
	case t.out <- sent:
		return nil
	case <-t.left:
		if sent.fd >= 0 {
			unix.Close(sent.fd)
		}
		return errClosed
	}
}

func (t talk) receive() (message, error) {
	select {
	case received := <-t.in:
		return received, nil
	case <-t.left:
	}
	select { // what was said before leaving counts
	case received := <-t.in:
		return received, nil
	default:
		return message{}, errClosed
	}
}

func (t talk) Close() error {
	t.once.Do(func() { close(t.closed) })
	return nil
}
