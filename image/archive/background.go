package archive

import (
	"archive/tar"
	"io"

	"golang.org/x/sys/unix"
)

// background writes small files on a thread of its own, while the next entries of
// the archive are read and made. What an entry is called and where it lies is
// settled before: it has only to be filled, by its descriptor, which stays that of
// the same file whatever later entries do to its name.
type background struct {
	unpacker *unpacker
	jobs     chan job
	free     chan []byte   // buffers that no job has
	failed   chan struct{} // closed at the first failure, which err is
	ended    chan struct{}
	err      error
}

// job is a file that was made.
type job struct {
	fd      int
	header  *tar.Header
	content []byte
}

const (
	// mostInBackground is how large a file may be, in bytes.
	mostInBackground = 256 << 10
	// ahead is how many files may wait to be written.
	ahead = 16
)

func startBackground(u *unpacker) *background {
	b := &background{
		unpacker: u, jobs: make(chan job, ahead), free: make(chan []byte, ahead),
		failed: make(chan struct{}), ended: make(chan struct{}),
	}
	for range ahead {
		b.free <- nil
	}
	go b.work()
	return b
}

func (b *background) takes(header *tar.Header) bool {
	return b != nil && header.Size <= mostInBackground && !isSparse(header)
}

// write reads the content of a file and hands it on, with the descriptor.
func (b *background) write(fd int, header *tar.Header, content io.Reader) error {
	buffer := <-b.free
	if int64(cap(buffer)) < header.Size {
		buffer = make([]byte, header.Size)
	}
	buffer = buffer[:header.Size]
	if _, err := io.ReadFull(content, buffer); err != nil {
		unix.Close(fd)
		return cutShort(err)
	}
	b.jobs <- job{fd, header, buffer}
	return nil
}

func (b *background) work() {
	defer close(b.ended)
	for next := range b.jobs {
		if b.err == nil {
			b.err = b.finish(next)
			if b.err != nil {
				close(b.failed)
			}
		}
		unix.Close(next.fd)
		b.free <- next.content
	}
}

func (b *background) finish(j job) error {
	err := writeAll(j.fd, j.content, 0)
	if err != nil {
		err = writeError(err)
	} else {
		err = b.unpacker.complete(j.fd, j.header)
	}
	if err != nil {
		return &EntryError{Name: shorten(j.header.Name), Cause: explain(err)}
	}
	return nil
}

// hasFailed tells whether going on makes no sense.
func (b *background) hasFailed() bool {
	if b == nil {
		return false
	}
	select {
	case <-b.failed:
		return true
	default:
		return false
	}
}

// end waits until all is written, and gives the first error.
func (b *background) end() error {
	if b == nil {
		return nil
	}
	close(b.jobs)
	<-b.ended
	return b.err
}
