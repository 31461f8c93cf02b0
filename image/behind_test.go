package image

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"
)

func TestTheDiskFollowsALargeArchive(t *testing.T) {
	var writing, writes atomic.Int32
	archived := followed(bytes.NewReader(make([]byte, 3*stride)), func() error {
		if writing.Add(1) > 1 {
			t.Error("written twice at a time")
		}
		writes.Add(1)
		writing.Add(-1)
		return nil
	})
	if n, err := io.Copy(io.Discard, struct{ io.Reader }{archived}); n != 3*stride || err != nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
	if err := archived.end(); err != nil {
		t.Error(err)
	}
	if n := writes.Load(); n < 1 || n > 3 {
		t.Errorf("the disk was told to write %d times after 3 strides", n)
	}
}

func TestASmallArchiveIsNotFollowed(t *testing.T) {
	archived := followed(bytes.NewReader(make([]byte, stride-1)), func() error {
		t.Error("written before the end")
		return nil
	})
	io.Copy(io.Discard, archived)
	archived.end()
}

// The kernel tells of an error once: if the first one to hear of it kept it to
// himself, an import would succeed whose files are not on the disk.
func TestWhatTheDiskCouldNotWriteIsTold(t *testing.T) {
	archived := followed(bytes.NewReader(make([]byte, 3*stride)), func() error { return unix.EIO })
	io.Copy(io.Discard, struct{ io.Reader }{archived})
	if err := archived.end(); !errors.Is(err, unix.EIO) {
		t.Errorf("got %v, want EIO", err)
	}
}
