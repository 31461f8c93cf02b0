// Package attach carries a container's terminal or pipes between the monitor
// that owns them and the commands that show them. Both sides speak frames
// over a unix stream socket.
package attach

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"mydocker/internal/members"
)

// Kind says what a frame carries.
type Kind byte

// From the client to the monitor.
const (
	Hello      Kind = iota + 1 // JSON Greeting; the first frame on a connection
	Stdin                      // bytes for the program
	CloseStdin                 // the program's standard input ends here
	Resize                     // JSON Size
	Signal                     // one byte: the signal's number
	Detach                     // the client goes and the container stays
)

// From the monitor to the client.
const (
	Started Kind = iota + 64 // the program runs
	Failed                   // JSON Failure: it never ran
	Stdout                   // bytes
	Stderr                   // bytes
	Exited                   // one byte: the exit status; the host is clean
	Stepped                  // JSON Step, to those who asked for a trace
	Record                   // JSON: what the monitor knows of its container
	Taken                    // four bytes (big endian): how many bytes of Stdin the program has got
)

// maxPayload bounds what a peer can make the other side hold, in bytes.
const maxPayload = 64 << 10

// Frame is one message: a byte of kind, four of length (big endian), payload.
type Frame struct {
	Kind    Kind
	Payload []byte
}

// Greeting says what a client wants.
type Greeting struct {
	Output bool // send output to this client; without it only the end is told
	Trace  bool // tell it each step
	Record bool // send Record and nothing else
	Counts bool // send Taken: the client sends no more ahead than it may
}

// Members implements members.Object.
func (g *Greeting) Members(list *members.List) {
	list.Always("Output", &g.Output)
	list.Given("Trace", &g.Trace)
	list.Given("Record", &g.Record)
	list.Given("Counts", &g.Counts)
}

// Size is a terminal's size in characters.
type Size struct {
	Rows, Columns uint16
}

// Failure says why a program never ran.
type Failure struct {
	Message string
	Code    int // the exit status that says so
}

// Connection sends and receives frames. Send is safe for several goroutines,
// and so is Receive beside it.
type Connection struct {
	// Trace is told each step that the monitor takes, if the Greeting asked
	// for them.
	Trace func(Step)

	conn   net.Conn
	reader *bufio.Reader
	mutex  sync.Mutex
}

// NewConnection speaks frames over conn.
func NewConnection(conn net.Conn) *Connection {
	return &Connection{conn: conn, reader: bufio.NewReader(conn)}
}

// Send writes one frame. A long payload goes out in several.
func (c *Connection) Send(kind Kind, payload []byte) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for {
		piece := payload[:min(len(payload), maxPayload)]
		buffers := net.Buffers{header(kind, len(piece)), piece}
		if _, err := buffers.WriteTo(c.conn); err != nil {
			return err
		}
		if payload = payload[len(piece):]; len(payload) == 0 {
			return nil
		}
	}
}

// Encode gives a frame, of no more than a small payload, as it goes out.
func Encode(frame Frame) []byte {
	return append(header(frame.Kind, len(frame.Payload)), frame.Payload...)
}

func header(kind Kind, length int) []byte {
	return binary.BigEndian.AppendUint32([]byte{byte(kind)}, uint32(length))
}

// SendJSON writes one frame with a JSON payload, of a value that package members
// can write.
func (c *Connection) SendJSON(kind Kind, value any) error {
	payload, err := members.MarshalCompact(value)
	if err != nil {
		return err
	}
	return c.Send(kind, payload)
}

// Receive reads one frame. io.EOF means that the peer has gone.
func (c *Connection) Receive() (Frame, error) {
	var header [5]byte
	if _, err := io.ReadFull(c.reader, header[:]); err != nil {
		return Frame{}, io.EOF
	}
	length := binary.BigEndian.Uint32(header[1:])
	if length > maxPayload {
		return Frame{}, fmt.Errorf("receiving from attach socket: frame of %d bytes is over the limit of %d", length, maxPayload)
	}
	frame := Frame{Kind: Kind(header[0]), Payload: make([]byte, length)}
	if _, err := io.ReadFull(c.reader, frame.Payload); err != nil {
		return Frame{}, io.EOF
	}
	return frame, nil
}

// Welcome waits for the client's Hello. It is false when the client went
// without one or does not speak this language.
func (c *Connection) Welcome() (Greeting, bool) {
	var hello Greeting
	frame, err := c.Receive()
	if err != nil || frame.Kind != Hello || members.Unmarshal(frame.Payload, &hello) != nil {
		return Greeting{}, false
	}
	return hello, true
}

// ReceiveRecord reads the answer to a Greeting that asks for the record. A
// monitor that does not give it in time is os.ErrDeadlineExceeded.
func (c *Connection) ReceiveRecord(record any, patience time.Duration) error {
	if err := c.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	var whole []byte
	for {
		frame, err := c.Receive()
		if errors.Is(err, io.EOF) && len(whole) > 0 {
			return members.Unmarshal(whole, record)
		}
		if err != nil {
			return err
		}
		if frame.Kind != Record {
			return fmt.Errorf("receiving a record: the monitor sent a frame of kind %d", frame.Kind)
		}
		whole = append(whole, frame.Payload...)
	}
}

// Close ends the connection.
func (c *Connection) Close() error { return c.conn.Close() }
