package attach

import (
	"bytes"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// program is a program that notes what is done to it.
type program struct {
	input   chan string
	signals chan int
	sizes   chan Size
	closed  chan bool
	hangups chan bool
}

func newProgram() *program {
	return &program{make(chan string, 9), make(chan int, 9), make(chan Size, 9), make(chan bool, 9), make(chan bool, 9)}
}

func (p *program) Input(data []byte) { p.input <- string(data) }
func (p *program) CloseInput()       { p.closed <- true }
func (p *program) Resize(size Size)  { p.sizes <- size }
func (p *program) Signal(number int) { p.signals <- number }
func (p *program) Hangup()           { p.hangups <- true }

// join connects a client to a hub over a real socket.
func join(t *testing.T, hub *Hub, output, owner bool) (client *Connection, served <-chan bool) {
	t.Helper()
	listener, err := net.Listen("unix", t.TempDir()+"/s")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	dialled, err := net.Dial("unix", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	monitor := NewConnection(accepted)
	client = NewConnection(dialled)
	client.SendJSON(Hello, &Greeting{Output: output})
	hello, ok := monitor.Welcome()
	if !ok {
		t.Fatal("the client's Hello was not understood")
	}
	hub.Join(monitor, hello)
	done := make(chan bool)
	go func() {
		hub.Serve(monitor, hello, owner)
		close(done)
	}()
	t.Cleanup(func() { client.Close() })
	return client, done
}

func get[T any](t *testing.T, from <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-from:
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
	}
	return value
}

func TestClientReachesProgram(t *testing.T) {
	p := newProgram()
	client, _ := join(t, NewHub(p), true, true)
	client.Send(Stdin, []byte("hello"))
	client.Send(Signal, []byte{15})
	client.SendJSON(Resize, Size{Rows: 24, Columns: 80})
	client.Send(CloseStdin, nil)
	if got := get(t, p.input); got != "hello" {
		t.Errorf("input: got %q", got)
	}
	if got := get(t, p.signals); got != 15 {
		t.Errorf("signal: got %d", got)
	}
	if got := get(t, p.sizes); got != (Size{24, 80}) {
		t.Errorf("size: got %+v", got)
	}
	get(t, p.closed)
}

// TestClientIsHeardWhileItsInputWaits sends more input than the program takes, and
// then a signal. A client that counts sends no more ahead than it may.
func TestClientIsHeardWhileItsInputWaits(t *testing.T) {
	p := newProgram()
	p.input = make(chan string) // it does not read
	client, served := join(t, NewHub(p), true, true)
	for range mostAhead >> 15 {
		client.Send(Stdin, make([]byte, 1<<15))
	}
	client.Send(Signal, []byte{15})
	if got := get(t, p.signals); got != 15 {
		t.Errorf("signal: got %d", got)
	}
	client.Close()
	get(t, served)
	get(t, p.hangups)
}

func TestClientCountsWhatIsTaken(t *testing.T) {
	ahead := newCredit(mostAhead)
	ahead.taken(bytesTaken(taken(0)))
	for range mostAhead >> 10 {
		ahead.spend(1 << 10)
	}
	spent := make(chan bool)
	go func() {
		ahead.spend(1)
		close(spent)
	}()
	select {
	case <-spent:
		t.Error("one byte too many was sent")
	default:
	}
	ahead.taken(bytesTaken(taken(1)))
	get(t, spent)
}

func TestOwnerThatGoesHangsUp(t *testing.T) {
	for _, test := range []struct {
		name          string
		owner, detach bool
		hangup        bool
	}{
		{"owner dies", true, false, true},
		{"owner detaches", true, true, false},
		{"visitor dies", false, false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := newProgram()
			client, served := join(t, NewHub(p), true, test.owner)
			if test.detach {
				client.Send(Detach, nil)
			}
			client.Close()
			get(t, served)
			if got := len(p.hangups) == 1; got != test.hangup {
				t.Errorf("hung up: got %v, want %v", got, test.hangup)
			}
		})
	}
}

func TestOutputGoesToAllWhoWantIt(t *testing.T) {
	hub := NewHub(newProgram())
	one, _ := join(t, hub, true, false)
	two, _ := join(t, hub, true, false)
	watcher, _ := join(t, hub, false, false)
	hub.Output(Stdout, []byte("text"))
	go hub.End(7, 0)
	for _, client := range []*Connection{one, two} {
		if frame, err := client.Receive(); err != nil || frame.Kind != Stdout || string(frame.Payload) != "text" {
			t.Errorf("got %+v, %v", frame, err)
		}
	}
	for _, client := range []*Connection{one, two, watcher} {
		if frame, err := client.Receive(); err != nil || frame.Kind != Exited || frame.Payload[0] != 7 {
			t.Errorf("got %+v, %v", frame, err)
		}
	}
}

func TestLateClientIsToldTheEnd(t *testing.T) {
	hub := NewHub(newProgram())
	hub.End(3, 0)
	client, _ := join(t, hub, false, false)
	if frame, err := client.Receive(); err != nil || frame.Kind != Exited || frame.Payload[0] != 3 {
		t.Errorf("got %+v, %v", frame, err)
	}
}

// A client that reads slowly holds the program up; when the program has ended
// the rest waits for the client and nobody else does.
func TestSlowClientLosesNothing(t *testing.T) {
	hub := NewHub(newProgram())
	slow, _ := join(t, hub, true, false)
	const pieces, size = 64, 32 << 10
	written := make(chan bool)
	go func() {
		for i := range pieces {
			hub.Output(Stdout, bytes.Repeat([]byte{byte(i)}, size))
		}
		close(written)
	}()
	select {
	case <-written:
		t.Error("the program was not held up")
	case <-time.After(50 * time.Millisecond):
	}
	hub.Widen()
	get(t, written)
	go hub.End(0, 0)
	received := 0
	for {
		frame, err := slow.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if frame.Kind == Exited {
			break
		}
		received += len(frame.Payload)
	}
	if received != pieces*size {
		t.Errorf("got %d bytes, want %d", received, pieces*size)
	}
}

// One that comes between the program's end and the telling of it holds nobody up either.
func TestLateSlowClientHoldsNobodyUp(t *testing.T) {
	hub := NewHub(newProgram())
	hub.Widen()
	join(t, hub, true, false)
	written := make(chan bool)
	go func() {
		for range 64 {
			hub.Output(Stdout, make([]byte, 32<<10))
		}
		close(written)
	}()
	get(t, written)
}

func TestHostileFrame(t *testing.T) {
	ours, theirs := net.Pipe()
	go func() {
		theirs.Write([]byte{byte(Stdin), 0xff, 0xff, 0xff, 0xff})
		theirs.Close()
	}()
	_, err := NewConnection(ours).Receive()
	if err == nil || err == io.EOF || !strings.Contains(err.Error(), "limit") {
		t.Errorf("got %v", err)
	}
}

func TestAwait(t *testing.T) {
	for _, test := range []struct {
		name string
		send func(*Connection)
		want string
	}{
		{"started", func(c *Connection) { c.Send(Started, nil) }, ""},
		{"failed", func(c *Connection) { c.SendJSON(Failed, Failure{Message: "no such program", Code: 127}) }, "no such program"},
		{"dead", func(c *Connection) { c.Close() }, ErrLost.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			ours, theirs := net.Pipe()
			go test.send(NewConnection(theirs))
			err := NewConnection(ours).Await()
			if test.want == "" && err != nil || test.want != "" && (err == nil || err.Error() != test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
