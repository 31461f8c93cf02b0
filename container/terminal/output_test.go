package terminal

import (
	"io"
	"testing"

	"golang.org/x/sys/unix"
)

// hasty is a terminal that says EIO before each piece of its output.
type hasty struct {
	pieces []string
	said   bool
}

func (h *hasty) Read(buffer []byte) (int, error) {
	if h.said = !h.said; h.said || len(h.pieces) == 0 {
		return 0, unix.EIO
	}
	n := copy(buffer, h.pieces[0])
	h.pieces = h.pieces[1:]
	return n, nil
}

func TestOutputIsReadToItsEnd(t *testing.T) {
	text, err := io.ReadAll(Output{&hasty{pieces: []string{"the last ", "words"}}})
	if string(text) != "the last words" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
}
