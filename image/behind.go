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
	over   chan struct{} // closed when there are no more; a decompressor may read on
	done   chan struct{} // closed when nothing is being written any more
	err    error         // the first of writing
}

// followed has write called after each stride, never twice at a time, until it
// fails.
func followed(source io.Reader, write func() error) *behind {
	b := &behind{source: source, due: make(chan struct{}, 1), over: make(chan struct{}), done: make(chan struct{})}
	go b.follow(write)
	return b
}

func (b *behind) follow(write func() error) {
	defer close(b.done)
	for b.err == nil {
		select {
		case <-b.due:
			b.err = write()
		case <-b.over:
			return
		}
	}
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

// end returns when nothing is being written any more. The kernel tells of what it
// could not write once; nobody else will.
func (b *behind) end() error {
	close(b.over)
	<-b.done
	return b.err
}
