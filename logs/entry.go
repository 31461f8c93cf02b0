// Package logs keeps what a container prints: JSON lines with stream and
// time, rotated by size, readable while they are written.
package logs

import (
	"encoding/json"
	"time"
	"unicode/utf8"
)

// The streams of a container. A terminal's output is all Stdout.
const (
	Stdout = "stdout"
	Stderr = "stderr"
)

// Entry is one line of a log file. The words are those of docker's json-file
// driver; output that is not valid UTF-8 goes into Bytes, so that it comes
// back as it was.
type Entry struct {
	Log    string    `json:"log,omitempty"`
	Bytes  []byte    `json:"bytes,omitempty"`
	Stream string    `json:"stream"`
	Time   time.Time `json:"time"`
}

// Text is what the container printed: a line with its newline, or a part of
// one that was too long or was the last.
func (e Entry) Text() []byte {
	if e.Bytes != nil {
		return e.Bytes
	}
	return []byte(e.Log)
}

func encode(stream string, text []byte, now time.Time) ([]byte, error) {
	entry := Entry{Stream: stream, Time: now.UTC()}
	if utf8.Valid(text) {
		entry.Log = string(text)
	} else {
		entry.Bytes = text
	}
	line, err := json.Marshal(entry)
	return append(line, '\n'), err
}
