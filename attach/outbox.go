package attach

import (
	"math"
	"sync"
)

// outboxLimit is how many bytes may wait for a client before it holds the
// program up.
const outboxLimit = 256 << 10

// outbox holds the frames that wait to be sent to one client.
type outbox struct {
	mutex  sync.Mutex
	change *sync.Cond
	frames []Frame
	bytes  int
	limit  int
	gone   bool // the client takes no more
}

func newOutbox() *outbox {
	o := &outbox{limit: outboxLimit}
	o.change = sync.NewCond(&o.mutex)
	return o
}

// put adds a frame; it waits while the outbox is full.
func (o *outbox) put(frame Frame) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for o.bytes >= o.limit && !o.gone {
		o.change.Wait()
	}
	o.add(frame)
}

// putAnyway adds a frame of a kind of which only so many can be on their way.
func (o *outbox) putAnyway(frame Frame) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.add(frame)
}

func (o *outbox) add(frame Frame) {
	o.frames = append(o.frames, frame)
	o.bytes += len(frame.Payload)
	o.change.Broadcast()
}

// take waits for the next frame.
func (o *outbox) take() (frame Frame, ok bool) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for len(o.frames) == 0 && !o.gone {
		o.change.Wait()
	}
	if o.gone {
		return Frame{}, false
	}
	frame, o.frames = o.frames[0], o.frames[1:]
	o.bytes -= len(frame.Payload)
	o.change.Broadcast()
	return frame, true
}

// widen lets any amount wait, now that no more than what the kernel buffers
// hold can come.
func (o *outbox) widen() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.limit = math.MaxInt
	o.change.Broadcast()
}

// close drops what waits.
func (o *outbox) close() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.gone, o.frames = true, nil
	o.change.Broadcast()
}
