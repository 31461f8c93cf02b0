package logs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// place counts the lines of a log from its beginning, those that were rotated
// away as well. The first entry of a file says how many there were before it;
// a file that does not is taken for a beginning.
type place struct {
	lines int64
	begun bool      // whether a line of this file has been read
	last  time.Time // that of the last line
}

func (p *place) enter() {
	p.begun = false
}

// arrive takes the next line and says how many are missing before it.
func (p *place) arrive(entry Entry) (lost int64) {
	if !p.begun {
		lost = max(0, entry.Before-p.lines)
		p.lines, p.begun = entry.Before, true
	}
	p.lines++
	if !entry.Time.IsZero() {
		p.last = entry.Time
	}
	return lost
}

// linesThrough counts the lines to the end of a file, 0 when it is not known: an old
// file that cannot be read must not stop the log.
func linesThrough(path string) int64 {
	file, err := os.Open(path)
	if err != nil {
		return 0
	}
	defer file.Close()
	reader := bufio.NewReader(file)
	first, err := reader.ReadBytes('\n')
	if err != nil {
		return 0
	}
	entry, _ := decode(first)
	rest, err := newlines(reader)
	if err != nil {
		return 0
	}
	return entry.Before + 1 + rest
}

func newlines(from io.Reader) (count int64, err error) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		count += int64(bytes.Count(buffer[:n], []byte{'\n'}))
		if errors.Is(err, io.EOF) {
			return count, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// missing is what stands in the place of lines that are not there.
func missing(lines int64, reason any) string {
	return fmt.Sprintf("mydocker: %d lines of output are missing here: %v\n", lines, reason)
}
