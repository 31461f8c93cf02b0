package logs

import (
	"bufio"
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

// wants says whether something of the time between first and last is wanted.
func (s Selection) wants(first, last time.Time) bool {
	return !last.Before(s.Since) && (s.Until.IsZero() || !first.After(s.Until))
}

// Position is a place in a log that may be rotated while it is read.
type Position struct {
	path      string
	selection Selection
	files     []*os.File // oldest first; the last one is the newest that was seen
	reader    *bufio.Reader
	partial   []byte
	place     place
}

// Close gives the files back.
func (p *Position) Close() error {
	return closeAll(p.files)
}

// Follow passes the selected entries that have come since the last call. It ends
// at the end of the newest file, or where it has read all that is of the time.
func (p *Position) Follow(each func(Entry) error) error {
	for {
		if err := p.look(); err != nil {
			return err
		}
		if err := p.drain(each); err != nil {
			return err
		}
		if len(p.files) <= 1 || !p.selection.wants(p.place.last, time.Now()) {
			return nil
		}
	}
}

// heldFiles is how many files may be open when it is looked for more: the disk
// keeps for a slow reader what the writer has rotated away.
const heldFiles = DefaultFiles

// look opens the files that are newer than the newest one seen. A file that was
// rotated away since is read to its end first.
func (p *Position) look() error {
	if len(p.files) > heldFiles {
		return nil
	}
	files, err := present(p.path)
	if err != nil {
		return err
	}
	p.files = append(p.files, newer(files, p.files)...)
	return nil
}

// drain reads all files to their present ends; of the last, an entry that is
// still being written is kept for the next time. Meanwhile it looks for new
// files, before they are rotated away.
func (p *Position) drain(each func(Entry) error) error {
	if len(p.files) == 0 {
		return nil
	}
	for last := p.files[len(p.files)-1]; ; {
		if err := p.lines(each); err != nil || p.files[0] == last {
			return err
		}
		p.files[0].Close()
		p.files, p.reader = p.files[1:], nil
		if err := p.look(); err != nil {
			return err
		}
	}
}

func (p *Position) lines(each func(Entry) error) error {
	if p.reader == nil {
		p.reader, p.partial = bufio.NewReader(p.files[0]), nil
		p.place.enter()
	}
	for {
		line, err := p.reader.ReadBytes('\n')
		p.partial = append(p.partial, line...)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		entry, whole := decode(p.partial)
		p.partial = nil
		if err := p.pass(entry, whole, each); err != nil {
			return err
		}
	}
}

// pass passes a line on. Where others before it are missing, an entry that says
// so comes first. What is not whole was cut short by a crash or a full disk.
func (p *Position) pass(entry Entry, whole bool, each func(Entry) error) error {
	before := p.place.last
	if lost := p.place.arrive(entry); lost > 0 && p.selection.wants(before, entry.Time) {
		text := missing(lost, "rotated away before they were read")
		if err := each(Entry{Log: text, Stream: Stderr, Time: entry.Time}); err != nil {
			return err
		}
	}
	if !whole || !p.selection.wants(entry.Time, entry.Time) {
		return nil
	}
	return each(entry)
}
