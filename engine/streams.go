package engine

import (
	"errors"
	"os"
	"sync"

	"github.com/creack/pty"

	"mydocker/attach"
	"mydocker/container/terminal"
	"mydocker/internal/rest"
	"mydocker/logs"
)

// streams are the monitor's ends of a container's terminal or pipes.
type streams struct {
	console *os.File // the terminal, when it has one

	input          *os.File // written to by the monitor; nil: none
	output, errors *os.File // read by the monitor

	handed [3]*os.File // the container's ends, until it has them
	once   sync.Once   // for the end of input
}

// openStreams makes the pipes of a container without a terminal.
func openStreams(program Process) (*streams, error) {
	s := &streams{}
	if program.Terminal {
		return s, nil
	}
	var errs [3]error
	if program.Stdin {
		s.handed[0], s.input, errs[0] = os.Pipe()
	}
	s.output, s.handed[1], errs[1] = os.Pipe()
	s.errors, s.handed[2], errs[2] = os.Pipe()
	return s, errors.Join(errs[:]...)
}

func (s *streams) theirs() (stdin, stdout, stderr *os.File) {
	return s.handed[0], s.handed[1], s.handed[2]
}

func (s *streams) closeTheirs() {
	for _, file := range s.handed {
		if file != nil {
			file.Close()
		}
	}
}

func (s *streams) takeConsole(console *os.File) {
	if console != nil {
		s.console, s.input, s.output = console, console, console
	}
}

// pump carries the program's output to the log and the clients. Its end, with
// the first error of the log, comes through the channel.
func (s *streams) pump(hub *attach.Hub, log *logs.Writer) <-chan error {
	var pumps sync.WaitGroup
	failed := make(chan error, 2)
	carry := func(from *os.File, kind attach.Kind, stream string) {
		if from != nil {
			pumps.Go(func() { failed <- copyOutput(from, hub, kind, log, stream) })
		}
	}
	carry(s.output, attach.Stdout, logs.Stdout)
	carry(s.errors, attach.Stderr, logs.Stderr)
	done := make(chan error, 1)
	go func() {
		pumps.Wait()
		close(failed)
		var errs []error
		for err := range failed {
			errs = append(errs, err)
		}
		done <- errors.Join(errs...)
	}()
	return done
}

// copyOutput goes on when the log cannot be written: a full disk must not
// stop the program.
func copyOutput(from *os.File, hub *attach.Hub, kind attach.Kind, log *logs.Writer, stream string) error {
	defer from.Close()
	var failed error
	output := terminal.Output{Master: &rest.Reader{File: from}}
	buffer := make([]byte, 32<<10)
	for {
		n, err := output.Read(buffer)
		if n > 0 {
			data := append([]byte(nil), buffer[:n]...)
			if err := log.Write(stream, data); err != nil && failed == nil {
				failed = err
			}
			hub.Output(kind, data)
		}
		if err != nil {
			return failed
		}
	}
}

func (s *streams) write(data []byte) {
	if s.input != nil {
		s.input.Write(data)
	}
}

// endOfTransmission is what a terminal's user types to end the input, ctrl-D.
const endOfTransmission = 4

func (s *streams) endInput() {
	switch {
	case s.console != nil:
		s.console.Write([]byte{endOfTransmission})
	case s.input != nil:
		s.once.Do(func() { s.input.Close() })
	}
}

func (s *streams) resize(size attach.Size) {
	if s.console != nil {
		pty.Setsize(s.console, &pty.Winsize{Rows: size.Rows, Cols: size.Columns})
	}
}
