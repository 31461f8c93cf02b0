package archive

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

const (
	chunkSize = 512 << 10
	chunks    = 4
)

// mostPadding is how much may follow the end of an archive, bytes. Archivers
// fill their last record up, to 1 MiB at most.
const mostPadding = 4 << 20

// stream reads and decompresses in a goroutine of its own, a few chunks ahead
// of the reader, so that two processors share the work.
type stream struct {
	filled  chan chunk    // to the reader
	free    chan []byte   // back to the goroutine
	stop    chan struct{} // closed when the reader gives up
	once    sync.Once
	current []byte // what is left of the chunk that is being read
	whole   []byte // the same chunk, to be given back
	err     error  // after the last chunk
}

type chunk struct {
	data []byte
	err  error // io.EOF or why there is no more
}

func newStream(source io.Reader) (*stream, error) {
	plain, err := decompress(source)
	if err != nil {
		return nil, err
	}
	s := &stream{
		filled: make(chan chunk, chunks),
		free:   make(chan []byte, chunks),
		stop:   make(chan struct{}),
	}
	for range chunks {
		s.free <- make([]byte, chunkSize)
	}
	go s.pump(plain)
	return s, nil
}

func (s *stream) pump(plain io.ReadCloser) {
	defer plain.Close()
	for {
		select {
		case <-s.stop:
			return
		case buffer := <-s.free:
			n, err := fill(plain, buffer)
			s.filled <- chunk{buffer[:n], err}
			if err != nil {
				return
			}
		}
	}
}

// fill reads until buffer is full or reading ends. Unlike io.ReadFull it
// keeps the end (io.EOF) apart from a source that breaks off.
func fill(source io.Reader, buffer []byte) (n int, err error) {
	for n < len(buffer) && err == nil {
		var read int
		read, err = source.Read(buffer[n:])
		n += read
	}
	return n, err
}

func (s *stream) Read(p []byte) (int, error) {
	for len(s.current) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.next()
	}
	n := copy(p, s.current)
	s.current = s.current[n:]
	return n, nil
}

func (s *stream) next() {
	if s.whole != nil {
		s.free <- s.whole[:cap(s.whole)]
	}
	got := <-s.filled
	s.current, s.whole, s.err = got.data, got.data, got.err
}

// Finish reads what follows the archive, so that whoever writes it into a
// pipe can end in peace and the checksums of compressed formats are verified.
func (s *stream) Finish() error {
	n, err := io.CopyN(io.Discard, s, mostPadding)
	if err == nil {
		return fmt.Errorf("reading the archive: more than %d bytes follow its end", n)
	}
	if !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the archive: %w", err)
	}
	return nil
}

// Close makes the goroutine end once its current read returns.
func (s *stream) Close() { s.once.Do(func() { close(s.stop) }) }
