package engine

import (
	"errors"
	"io"
	"os"
	"sync"

	"mydocker/container"
	"mydocker/internal/rest"
)

// Execution is a further program in a container. It never has its caller's own
// files, which may be a terminal to type into or a file to open again: there
// are pipes between.
type Execution struct {
	*container.Process
	pipes pipes
}

// Wait waits for the program's end and for the last of its output. Programs that
// it left behind may have the pipes open still; nobody waits for those.
func (x *Execution) Wait() (container.ExitStatus, error) {
	status, err := x.Process.Wait()
	return status, errors.Join(err, x.pipes.finish())
}

// pipes carry what goes through a program's standard files.
type pipes struct {
	theirs  [3]*os.File // nil where the program gets nothing
	input   *os.File    // written to
	outputs []*os.File  // read from
	carried sync.WaitGroup
	lost    [2]error // why output could not be passed on
}

// openPipes makes a pipe for each file that the caller has.
func openPipes(p *pipes, files [3]*os.File) error {
	for i, file := range files {
		if file == nil {
			continue
		}
		read, write, err := os.Pipe()
		if err != nil {
			p.close()
			return err
		}
		if i == 0 {
			p.theirs[i], p.input = read, write
			continue
		}
		p.theirs[i] = write
		p.outputs = append(p.outputs, read)
	}
	return nil
}

// carry begins to move data, when the program has its ends.
func (p *pipes) carry(files [3]*os.File) {
	p.closeTheirs()
	if p.input != nil {
		go func() {
			io.Copy(p.input, files[0])
			p.input.Close()
		}()
	}
	rest := p.outputs
	for i, file := range files[1:] {
		if file != nil {
			from := rest[0]
			rest = rest[1:]
			p.carried.Go(func() { p.lost[i] = carryOutput(file, from) })
		}
	}
}

// carryOutput goes on to the end, or until finish; then what is in the pipe is
// the last. A program whose output nobody takes meets a broken pipe.
func carryOutput(to, from *os.File) error {
	_, err := io.Copy(to, from)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		_, err = io.Copy(to, &rest.Reader{File: from})
	}
	from.Close()
	return err
}

// finish ends the transport when the program has ended.
func (p *pipes) finish() error {
	rest.End(p.outputs...)
	p.carried.Wait()
	return errors.Join(p.lost[:]...)
}

func (p *pipes) closeTheirs() {
	for _, file := range p.theirs {
		file.Close() // nil says so, which does not matter
	}
}

func (p *pipes) close() {
	p.closeTheirs()
	p.input.Close()
	for _, output := range p.outputs {
		output.Close()
	}
}
