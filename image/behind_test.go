package image

import (
	"bytes"
	"io"
	"sync/atomic"
	"testing"
)

func TestTheDiskFollowsALargeArchive(t *testing.T) {
	var writing, writes atomic.Int32
	archived := followed(bytes.NewReader(make([]byte, 3*stride)), func() {
		if writing.Add(1) > 1 {
			t.Error("written twice at a time")
		}
		writes.Add(1)
		writing.Add(-1)
	})
	if n, err := io.Copy(io.Discard, struct{ io.Reader }{archived}); n != 3*stride || err != nil {
		t.Errorf("read %d bytes, %v", n, err)
	}
	archived.end()
	if n := writes.Load(); n < 1 || n > 3 {
		t.Errorf("the disk was told to write %d times after 3 strides", n)
	}
}

func TestASmallArchiveIsNotFollowed(t *testing.T) {
	archived := followed(bytes.NewReader(make([]byte, stride-1)), func() { t.Error("written before the end") })
	io.Copy(io.Discard, archived)
	archived.end()
}
