package logs

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
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
	position, err := open(path)
	if err != nil {
		return nil, err
	}
	position.selection = selection
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

// open opens all files of a log at once, so that no rotation takes one away
// while the others are read. A log that is not there is empty.
func open(path string) (*Position, error) {
	position := &Position{path: path}
	for number := 0; ; number++ {
		file, err := os.Open(numbered(path, number))
		if errors.Is(err, fs.ErrNotExist) && number > 0 {
			break
		}
		if err != nil && number > 0 {
			return nil, errors.Join(err, position.Close())
		}
		if err == nil {
			position.prepend(file)
		}
	}
	return position, nil
}

// prepend puts an older file in front. A rotation in between can show the
// same file under its next number again.
func (p *Position) prepend(file *os.File) {
	if len(p.files) > 0 && same(file, p.files[0]) {
		file.Close()
		return
	}
	p.files = append([]*os.File{file}, p.files...)
}

func same(a, b *os.File) bool {
	infoA, errA := a.Stat()
	infoB, errB := b.Stat()
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// Close gives the files back.
func (p *Position) Close() error {
	var errs []error
	for _, file := range p.files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}

// Follow passes the selected entries that have come since the last call. A file that
// was rotated away is read to its end first.
func (p *Position) Follow(each func(Entry) error) error {
	if err := p.drain(each); err != nil {
		return err
	}
	next, err := p.rotated()
	if err != nil || next == nil {
		return err
	}
	// What was written between the drain and the rotation.
	if err := p.drain(each); err != nil {
		return errors.Join(err, next.Close())
	}
	p.files = append(p.files, next.files...)
	return p.drain(each)
}

// rotated gives the files that are newer than the newest one seen, nil when
// there is none.
func (p *Position) rotated() (*Position, error) {
	now, err := open(p.path)
	if err != nil {
		return nil, err
	}
	if len(p.files) > 0 {
		seen := p.files[len(p.files)-1]
		for i, file := range now.files {
			if same(file, seen) {
				closeAll(now.files[:i+1])
				now.files = now.files[i+1:]
				break
			}
		}
	}
	if len(now.files) == 0 {
		return nil, nil
	}
	return now, nil
}

func closeAll(files []*os.File) {
	for _, file := range files {
		file.Close()
	}
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
