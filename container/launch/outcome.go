package launch

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// ErrKilled says that a process was killed before it came to its program.
var ErrKilled = errors.New("it was killed before its program began")

// Await reads what a forked child tells through its status pipe, to the end.
// It gives nil when the program has begun, the failure of its plan, or
// ErrKilled.
func Await(status *os.File) (*Failure, error) {
	text, err := io.ReadAll(status)
	if err != nil {
		return nil, err
	}
	return told(text)
}

// told reads what came through a status pipe.
func told(text []byte) (*Failure, error) {
	const size = 8 // bytes of a Failure
	switch {
	case len(text) >= size:
		last := text[len(text)-size:]
		return &Failure{
			Step:  int32(binary.NativeEndian.Uint32(last)),
			Errno: int32(binary.NativeEndian.Uint32(last[4:])),
		}, nil
	case len(text) == 0:
		return nil, ErrKilled
	}
	return nil, nil
}
