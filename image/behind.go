package image

import "io"

// stride is how many bytes of an archive are unpacked until the disk is made to
// write them. It writes while the next ones are unpacked: otherwise it would
// begin when all is done, and be waited for.
const stride = 32 << 20

// behind is an archive whose unpacking is followed by the disk.
type behind struct {
	source io.Reader
	since  int           // bytes read since the last stride
	due    chan struct{} // another stride is unpacked
	done   chan struct{} // closed when nothing is being written any more
}

// followed has write called after each stride, never twice at a time.
func followed(source io.Reader, write func()) *behind {
	b := &behind{source: source, due: make(chan struct{}, 1), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		for range b.due {
			write()
		}
	}()
	return b
}

// Read implements io.Reader.
func (b *behind) Read(into []byte) (n int, err error) {
	n, err = b.source.Read(into)
	if b.since += n; b.since >= stride {
		b.since = 0
		select {
		case b.due <- struct{}{}:
		default: // the disk is still at work on the last one
		}
	}
	return n, err
}

// end returns when nothing is being written any more.
func (b *behind) end() {
	close(b.due)
	<-b.done
}
