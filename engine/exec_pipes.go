package engine

import (
	"errors"
	"io"
	"os"
	"sync"

	"mydocker/internal/rest"
	"mydocker/internal/unpolled"
)

// pipes carry what goes through a program's standard files.
type pipes struct {
	files   [3]*os.File // the caller's
	theirs  [3]*os.File // nil where the program gets nothing
	input   *os.File    // written to
	outputs [2]*os.File // read from

	carried sync.WaitGroup
	lost    [2]error // why output could not be passed on
}

// open makes a pipe for each file that the caller has.
func (p *pipes) open() error {
	for i, file := range p.files {
		if file == nil {
			continue
		}
		read, write, err := unpolled.Pipe()
		if err != nil {
			p.close()
			return err
		}
		if i == 0 {
			p.theirs[i], p.input = read, write
			continue
		}
		p.theirs[i], p.outputs[i-1] = write, read
	}
	return nil
}

// carry begins to move data, when the program has its ends.
func (p *pipes) carry() {
	if p.input != nil {
		go func() {
			io.Copy(p.input, p.files[0])
			p.input.Close()
		}()
	}
	for i, output := range p.outputs {
		if output == nil {
			continue
		}
		if p.outputs[i], p.lost[i] = unpolled.Polled(output); p.lost[i] == nil {
			p.carried.Go(func() { p.lost[i] = carryOutput(p.files[1+i], p.outputs[i]) })
		}
	}
}

// carryOutput goes on to the end, or until finish; then what is in the pipe is
// the last. A program whose output nobody takes meets a broken pipe.
func carryOutput(to, from *os.File) error {
	defer from.Close()
	_, err := io.Copy(to, from)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		_, err = io.Copy(to, &rest.Reader{File: from})
	}
	return err
}

// finish ends the transport when the program has ended.
func (p *pipes) finish() error {
	rest.End(p.outputs[:]...)
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
