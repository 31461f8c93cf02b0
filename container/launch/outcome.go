package launch

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
)

// ErrKilled says that a process was killed before it came to its program.
var ErrKilled = errors.New("it was killed before its program began")

// Await reads what a new process tells through its status pipe, to the end.
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
	switch {
	case len(text) >= failureSize:
		failure := parseFailure(text[len(text)-failureSize:])
		return &failure, nil
	case len(text) == 0:
		return nil, ErrKilled
	}
	return nil, nil
}

const failureSize = 8 // bytes

func parseFailure(text []byte) Failure {
	return Failure{
		Step:  int32(binary.NativeEndian.Uint32(text)),
		Errno: int32(binary.NativeEndian.Uint32(text[4:])),
	}
}
