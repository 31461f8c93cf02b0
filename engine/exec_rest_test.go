package engine

import (
	"bytes"
	"errors"
	"io"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// What a program has left is passed on at once only where nobody waits and nothing is
// mixed.
func TestWhatIsCarriedAtOnce(t *testing.T) {
	for name, test := range map[string]struct {
		output, errors int // bytes
		stopped        bool
		want           bool
	}{
		"nothing":                    {want: true},
		"nothing, with a full pipe":  {stopped: true, want: true},
		"some output":                {output: atOnce, want: true},
		"some errors":                {errors: 1, want: true},
		"much output":                {output: atOnce + 1},
		"both":                       {output: 1, errors: 1},
		"output, with a full pipe":   {output: 1, stopped: true},
		"errors, which take another": {errors: 1, stopped: true, want: true},
	} {
		p, taken := leaving(t, test.output, test.errors)
		if test.stopped {
			fill(t, p.files[1])
		}
		if got := p.carryAtOnce(); got != test.want {
			t.Errorf("%s: got %t", name, got)
		}
		if !test.want || test.stopped {
			continue
		}
		for i, want := range []int{test.output, test.errors} {
			p.files[1+i].Close()
			text, err := io.ReadAll(taken[i])
			if !bytes.Equal(text, bytes.Repeat([]byte("x"), want)) || errors.Join(err, p.lost[i]) != nil {
				t.Errorf("%s: %q came out of pipe %d (%v)", name, text, i, errors.Join(err, p.lost[i]))
			}
		}
	}
}

// leaving gives pipes in which so much output and errors are, and what takes them.
func leaving(t *testing.T, sizes ...int) (p *pipes, taken [2]*os.File) {
	t.Helper()
	p = &pipes{}
	for i, size := range sizes {
		var programs *os.File
		p.outputs[i], programs = testPipe(t)
		programs.Write(bytes.Repeat([]byte("x"), size))
		taken[i], p.files[1+i] = testPipe(t)
	}
	return p, taken
}

func testPipe(t *testing.T) (read, write *os.File) {
	t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		read.Close()
		write.Close()
	})
	return read, write
}

// fill leaves no room in a pipe.
func fill(t *testing.T, pipe *os.File) {
	t.Helper()
	size, err := unix.FcntlInt(pipe.Fd(), unix.F_GETPIPE_SZ, 0)
	if err == nil {
		_, err = pipe.Write(make([]byte, size))
	}
	if err != nil {
		t.Fatal(err)
	}
}
