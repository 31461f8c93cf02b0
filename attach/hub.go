package attach

import (
	"encoding/json"
	"sync"
	"time"
)

// Program is what the clients of a Hub talk to.
type Program interface {
	Input(data []byte) // bytes for its standard input
	CloseInput()       // its standard input ends
	Resize(Size)       // its terminal has another size
	Signal(number int) // a signal that the client passes on
	Hangup()           // the client that it belongs to has gone
}

// Hub joins one program and any number of clients. Output goes to all of
// them; one that does not read holds the program up, as a pipe does, until it
// reads or goes or the program ends.
type Hub struct {
	program Program
	input   intake

	mutex   sync.Mutex
	clients map[*Connection]*subscription
	ended   *byte // the exit status
	wide    bool  // new clients may fall behind, too

	// The goroutines that send to clients; End may leave visitors behind.
	joined, visiting sync.WaitGroup
}

type subscription struct {
	outbox *outbox
	output bool // whether the client wants output
	trace  bool // whether it wants steps
	counts bool // whether it wants to know what input was taken
}

// NewHub makes a hub without clients.
func NewHub(program Program) *Hub {
	return &Hub{program: program, clients: map[*Connection]*subscription{}}
}

// Serve obeys a client that has said Hello until it goes. Of an owning
// client, the program is told when it goes without Detach.
func (h *Hub) Serve(client *Connection, hello Greeting, owner bool) {
	defer client.Close()
	h.Join(client, hello)
	detached := h.obey(client, owner)
	h.drop(client)
	if owner && !detached {
		h.program.Hangup()
	}
}

// Join gives a client the output from now on. One that comes after the end
// is told so at once.
func (h *Hub) Join(client *Connection, hello Greeting) { h.join(client, hello, &h.joined) }

// Visit is Join for a client that End may leave behind.
func (h *Hub) Visit(client *Connection, hello Greeting) { h.join(client, hello, &h.visiting) }

func (h *Hub) join(client *Connection, hello Greeting, senders *sync.WaitGroup) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if _, joined := h.clients[client]; joined {
		return
	}
	joined := &subscription{outbox: newOutbox(), output: hello.Output, trace: hello.Trace, counts: hello.Counts}
	h.clients[client] = joined
	if h.wide {
		joined.outbox.widen()
	}
	if hello.Counts {
		joined.outbox.put(taken(0))
	}
	if h.ended != nil {
		joined.outbox.put(Frame{Kind: Exited, Payload: []byte{*h.ended}})
	}
	senders.Go(func() { send(client, joined.outbox) })
}

// send writes frames until the last one, Exited, or until the client is gone.
func send(client *Connection, frames *outbox) {
	defer frames.close()
	for {
		frame, ok := frames.take()
		if !ok || client.Send(frame.Kind, frame.Payload) != nil || frame.Kind == Exited {
			return
		}
	}
}

func (h *Hub) drop(client *Connection) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.clients[client].outbox.close()
	delete(h.clients, client)
}

// obey does what a client asks for. The end of a visitor's input is not that of
// the program's: others may come and write to it.
func (h *Hub) obey(client *Connection, owner bool) (detached bool) {
	waiting := newCredit(mostWaiting)
	waiting.taken(0)
	for {
		frame, err := client.Receive()
		if err != nil {
			return false
		}
		switch {
		case frame.Kind == Detach:
			return true
		case frame.Kind == Stdin:
			waiting.spend(len(frame.Payload))
			h.input.put(func() {
				h.program.Input(frame.Payload)
				waiting.taken(len(frame.Payload))
				h.acknowledge(client, len(frame.Payload))
			})
		case frame.Kind == CloseStdin && owner:
			h.input.put(h.program.CloseInput)
		default:
			h.pass(frame)
		}
	}
}

// acknowledge tells a client how much of its input the program has taken.
func (h *Hub) acknowledge(client *Connection, bytes int) {
	h.mutex.Lock()
	joined := h.clients[client]
	h.mutex.Unlock()
	if joined != nil && joined.counts {
		joined.outbox.putAnyway(taken(bytes))
	}
}

func (h *Hub) pass(frame Frame) {
	switch frame.Kind {
	case Resize:
		var size Size
		if json.Unmarshal(frame.Payload, &size) == nil {
			h.program.Resize(size)
		}
	case Signal:
		if len(frame.Payload) == 1 {
			h.program.Signal(int(frame.Payload[0]))
		}
	}
}

// Output sends output of the program to every client that wants it. The hub
// keeps data.
func (h *Hub) Output(kind Kind, data []byte) {
	for _, listener := range h.listeners(func(s *subscription) bool { return s.output }) {
		listener.put(Frame{Kind: kind, Payload: data})
	}
}

func (h *Hub) listeners(wants func(*subscription) bool) []*outbox {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	var listeners []*outbox
	for _, client := range h.clients {
		if wants(client) {
			listeners = append(listeners, client.outbox)
		}
	}
	return listeners
}

// Widen lets clients, those who are still to come as well, fall behind without
// holding up the rest of the output, once the program has ended.
func (h *Hub) Widen() {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.wide = true
	for _, client := range h.clients {
		client.outbox.widen()
	}
}

// End tells every client, and every later one, that the program has ended,
// and waits until all have read to the end or have gone; for visitors no longer
// than patience after the others, unless that is 0.
func (h *Hub) End(code byte, patience time.Duration) {
	h.mutex.Lock()
	h.ended = &code
	for _, client := range h.clients {
		client.outbox.widen()
		client.outbox.put(Frame{Kind: Exited, Payload: []byte{code}})
	}
	h.mutex.Unlock()
	h.joined.Wait()
	await(&h.visiting, patience)
}

// await waits for a group, and no longer than patience, unless that is 0.
func await(group *sync.WaitGroup, patience time.Duration) {
	gone := make(chan struct{})
	go func() {
		group.Wait()
		close(gone)
	}()
	var over <-chan time.Time
	if patience > 0 {
		over = time.After(patience)
	}
	select {
	case <-gone:
	case <-over:
	}
}
