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
	// Before is how many lines the log had before a file, in the file's first entry.
	// So a reader knows what was rotated away before it came.
	Before int64 `json:"before,omitempty"`
}

// Text is what the container printed: a line with its newline, or a part of
// one that was too long or was the last.
func (e Entry) Text() []byte {
	if e.Bytes != nil {
		return e.Bytes
	}
	return []byte(e.Log)
}

func newEntry(stream string, text []byte, now time.Time) Entry {
	entry := Entry{Stream: stream, Time: now.UTC()}
	if utf8.Valid(text) {
		entry.Log = string(text)
	} else {
		entry.Bytes = text
	}
	return entry
}

func (e Entry) encode() ([]byte, error) {
	line, err := json.Marshal(e)
	return append(line, '\n'), err
}

// decode reads a line. Nothing is taken of one that is not whole.
func decode(line []byte) (entry Entry, whole bool) {
	if json.Unmarshal(line, &entry) != nil {
		return Entry{}, false
	}
	return entry, true
}
