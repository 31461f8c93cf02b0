package launch

import (
	"encoding/binary"
	"errors"
	"io"
)

// ErrKilled says that a process was killed before it came to its program.
var ErrKilled = errors.New("it was killed before its program began")

// What a process tells in place of a step that failed.
const (
	born  = -1 // instead of an error, the pid of the process that goes on
	begun = -2 // all is done but the program itself
)

// Await reads what a new process tells through its status pipe, to the end.
// It gives nil when the program has begun, the failure of its plan, or
// ErrKilled.
func Await(status io.Reader) (*Failure, error) {
	text, err := io.ReadAll(status)
	if err != nil {
		return nil, err
	}
	return told(text)
}

// told reads what came through a status pipe.
func told(text []byte) (failure *Failure, err error) {
	err = ErrKilled
	for ; len(text) >= failureSize; text = text[failureSize:] {
		switch each := parseFailure(text); each.Step {
		case born:
		case begun:
			err = nil
		default:
			return &each, nil
		}
	}
	return nil, err
}

const failureSize = 8 // bytes

func parseFailure(text []byte) Failure {
	return Failure{
		Step:  int32(binary.NativeEndian.Uint32(text)),
		Errno: int32(binary.NativeEndian.Uint32(text[4:])),
	}
}
