package logs

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"
)

// Selection says which entries are wanted.
type Selection struct {
	Since time.Time // the zero time: from the beginning
	Until time.Time // the zero time: to the end
	Tail  int       // the last so many; negative: all
}

// Read passes the selected entries, oldest first, to each, and returns a
// position from which Follow goes on.
func Read(path string, selection Selection, each func(Entry) error) (*Position, error) {
	files, err := present(path)
	if err != nil {
		return nil, err
	}
	position := &Position{path: path, selection: selection, files: files}
	keep := newTail(selection.Tail, each)
	err = position.drain(keep.add)
	if err == nil {
		err = keep.flush()
	}
	return position, err
}

func (s Selection) wants(entry Entry) bool {
	return !entry.Time.Before(s.Since) && (s.Until.IsZero() || !entry.Time.After(s.Until))
}

// Position is a place in a log that may be rotated while it is read.
type Position struct {
	path      string
	selection Selection
	files     []*os.File // oldest first; the last one is the newest that was seen
	reader    *bufio.Reader
	partial   []byte
}

// Close gives the files back.
func (p *Position) Close() error {
	return closeAll(p.files)
}

// Follow passes the selected entries that have come since the last call. A file that
// was rotated away is read to its end first.
func (p *Position) Follow(each func(Entry) error) error {
	if err := p.drain(each); err != nil {
		return err
	}
	now, err := present(p.path)
	if err != nil {
		return err
	}
	next := newer(now, p.files)
	if len(next) == 0 {
		return nil
	}
	// What was written between the drain and the rotation.
	if err := p.drain(each); err != nil {
		return errors.Join(err, closeAll(next))
	}
	p.files = append(p.files, next...)
	return p.drain(each)
}

// drain reads all files to their present ends; of the last, an entry that is
// still being written is kept for the next time.
func (p *Position) drain(each func(Entry) error) error {
	for len(p.files) > 0 {
		if p.reader == nil {
			p.reader, p.partial = bufio.NewReader(p.files[0]), nil
		}
		if err := p.lines(each); err != nil {
			return err
		}
		if len(p.files) == 1 {
			return nil
		}
		p.files[0].Close()
		p.files, p.reader = p.files[1:], nil
	}
	return nil
}

func (p *Position) lines(each func(Entry) error) error {
	for {
		line, err := p.reader.ReadBytes('\n')
		p.partial = append(p.partial, line...)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var entry Entry
		damaged := json.Unmarshal(p.partial, &entry) != nil
		p.partial = nil
		if damaged || !p.selection.wants(entry) {
			continue // damaged is a line that a crash or a full disk cut short
		}
		if err := each(entry); err != nil {
			return err
		}
	}
}
