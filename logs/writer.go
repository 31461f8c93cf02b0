package logs

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// The default rotation: at most three files of ten megabytes.
const (
	DefaultSize  = 10 << 20
	DefaultFiles = 3
)

// maxLine is the longest text of one entry; a longer line is cut into parts.
const maxLine = 16 << 10

// Writer appends to the log at Path and rotates it: PATH, PATH.1, PATH.2 …,
// the newest first. It is safe for use by several goroutines.
type Writer struct {
	path  string
	size  int64
	files int

	mutex   sync.Mutex
	file    *os.File
	written int64
	lost    int64             // entries that could not be written since the last one that was
	reason  error             // why
	partial map[string][]byte // the unfinished line of each stream
}

// Create opens the log at path for appending; it is made, readable by root
// alone, when it is not there.
func Create(path string, size int64, files int) (*Writer, error) {
	w := &Writer{path: path, size: size, files: files, partial: map[string][]byte{}}
	return w, w.open()
}

func (w *Writer) open() error {
	file, err := os.OpenFile(w.path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("opening log: %w", err)
	}
	if w.written, err = endLine(file); err != nil {
		return fmt.Errorf("opening log: %w", errors.Join(err, file.Close()))
	}
	w.file = file
	return nil
}

// endLine ends a line that a power cut has left without an end, so that the next
// one is not lost with it, and gives the file's size.
func endLine(file *os.File) (size int64, err error) {
	info, err := file.Stat()
	if err != nil || info.Size() == 0 {
		return 0, err
	}
	var last [1]byte
	if _, err := file.ReadAt(last[:], info.Size()-1); err != nil || last[0] == '\n' {
		return info.Size(), err
	}
	ended, _ := file.Write([]byte{'\n'}) // a full disk must not stop a container
	return info.Size() + int64(ended), nil
}

// Write takes a piece of a stream's output. Whole lines are written out; the
// rest waits for its end.
func (w *Writer) Write(stream string, output []byte) error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := time.Now()
	pending := append(w.partial[stream], output...)
	var errs []error
	for {
		length := lineLength(pending)
		if length == 0 {
			break
		}
		errs = append(errs, w.append(stream, pending[:length], now))
		pending = pending[length:]
	}
	w.partial[stream] = append(w.partial[stream][:0], pending...)
	return errors.Join(errs...)
}

// lineLength is the length of the first entry that can be written, 0 when
// more output is needed.
func lineLength(pending []byte) int {
	newline := bytes.IndexByte(pending[:min(len(pending), maxLine)], '\n')
	switch {
	case newline >= 0:
		return newline + 1
	case len(pending) >= maxLine:
		return maxLine
	}
	return 0
}

// append writes an entry. When one was lost before, such as on a full disk, an
// entry that says so comes first.
func (w *Writer) append(stream string, text []byte, now time.Time) error {
	err := w.confess(now)
	if err == nil {
		err = w.write(stream, text, now)
	}
	if err != nil {
		w.lost++
		w.reason = err
	}
	return err
}

func (w *Writer) confess(now time.Time) error {
	if w.lost == 0 {
		return nil
	}
	err := w.write(Stderr, []byte(missing(w.lost, w.reason)), now)
	if err == nil {
		w.lost = 0
	}
	return err
}

// write writes an entry whole or, as far as it can, not at all: half a line
// would spoil the next one.
func (w *Writer) write(stream string, text []byte, now time.Time) error {
	line, err := w.encode(newEntry(stream, text, now))
	if err != nil {
		return err
	}
	n, err := w.file.Write(line)
	if err != nil {
		w.takeBack(n)
		return err
	}
	w.written += int64(len(line))
	return nil
}

// encode makes a line of an entry, and room for it.
func (w *Writer) encode(entry Entry) ([]byte, error) {
	line, err := entry.encode()
	if err != nil {
		return nil, err
	}
	if w.written > 0 && w.written+int64(len(line)) > w.size {
		if err := w.rotate(); err != nil {
			return nil, err
		}
	}
	if w.written > 0 {
		return line, nil
	}
	entry.Before = linesThrough(numbered(w.path, 1))
	return entry.encode()
}

// takeBack removes the beginning of an entry from the end of the file, unless
// somebody else has changed its size.
func (w *Writer) takeBack(n int) {
	info, err := w.file.Stat()
	if err == nil && info.Size() == w.written+int64(n) {
		w.file.Truncate(w.written)
	}
}

// Close writes the unfinished lines and closes the log.
func (w *Writer) Close() error {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	var errs []error
	for stream, text := range w.partial {
		if len(text) > 0 {
			errs = append(errs, w.append(stream, text, time.Now()))
		}
	}
	return errors.Join(append(errs, w.file.Close())...)
}
