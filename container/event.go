package container

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// event is something for which one thread waits in the kernel (eventfd(2)), and
// not in Go's scheduler: that has a third thread wake the one that waits, often
// on a processor where it then has to wait for whoever announced the event.
type event struct{ descriptor int }

func newEvent() (event, error) {
	descriptor, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	return event{descriptor}, err
}

// await blocks the calling thread until the event was announced. It is called
// once.
func (e event) await() {
	var count [8]byte
	retried(func() (int, error) { return unix.Read(e.descriptor, count[:]) })
	unix.Close(e.descriptor)
}

// announce is called once.
func (e event) announce() {
	unix.Write(e.descriptor, binary.NativeEndian.AppendUint64(nil, 1))
}
