package attach

import (
	"encoding/binary"
	"sync"
	"time"
)

// mostAhead is how many bytes of input a client sends before the program has taken
// them. Its socket then never fills, in which a signal would be stuck.
const mostAhead = 512 << 10

// mostWaiting is how many bytes of one client wait in the monitor before it reads
// no more of what that sends. A client that counts does not come so far.
const mostWaiting = 2 * mostAhead

// intake carries what clients send to the program's standard input, in the order
// in which it comes, while signals and the news that a client has gone are heard:
// the program may never read.
type intake struct {
	mutex   sync.Mutex
	waiting []func()
	carries bool
}

func (i *intake) put(portion func()) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.waiting = append(i.waiting, portion)
	if !i.carries {
		i.carries = true
		go i.carry()
	}
}

// carry goes on until nothing waits.
func (i *intake) carry() {
	for portion := i.next(); portion != nil; portion = i.next() {
		portion()
	}
}

func (i *intake) next() (portion func()) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if len(i.waiting) == 0 {
		i.carries = false
		return nil
	}
	portion, i.waiting = i.waiting[0], i.waiting[1:]
	return portion
}

// credit is how far a client is ahead, in bytes.
type credit struct {
	mutex   sync.Mutex
	change  *sync.Cond
	limit   int
	counted bool // the monitor says what was taken
	ahead   int
}

func newCredit(limit int) *credit {
	c := &credit{limit: limit}
	c.change = sync.NewCond(&c.mutex)
	return c
}

// countPatience is how long a monitor may take to say that it counts. One of an
// earlier version never does.
const countPatience = time.Second

// await waits until the monitor counts, or does not.
func (c *credit) await() {
	late := false
	timer := time.AfterFunc(countPatience, func() {
		c.mutex.Lock()
		defer c.mutex.Unlock()
		late = true
		c.change.Broadcast()
	})
	defer timer.Stop()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for !c.counted && !late {
		c.change.Wait()
	}
}

// spend waits until as many bytes more may be sent, one frame at the most.
func (c *credit) spend(bytes int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for c.counted && c.ahead >= c.limit {
		c.change.Wait()
	}
	c.ahead += bytes
}

// taken is what the monitor says: at first 0, that it counts, and then how many
// bytes of input the program has taken.
func (c *credit) taken(bytes int) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counted = true
	c.ahead -= bytes
	c.change.Broadcast()
}

// taken is the frame that says so.
func taken(bytes int) Frame {
	return Frame{Kind: Taken, Payload: binary.BigEndian.AppendUint32(nil, uint32(bytes))}
}

// bytesTaken reads it.
func bytesTaken(frame Frame) int {
	if len(frame.Payload) != 4 {
		return 0
	}
	return int(binary.BigEndian.Uint32(frame.Payload))
}
