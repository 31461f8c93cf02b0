package archive

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/therootcompany/xz"
)

// largestWindow is how far back a zstd or xz stream may refer, in bytes, and so
// how much memory it takes: what the zstd program allows without --long, and
// twice what "xz -9" takes.
const largestWindow = 128 << 20

// decompress tells from the first bytes how source is compressed, whatever
// its name says, and gives the plain content. What is none of the known
// formats is passed on as it is.
func decompress(source io.Reader) (io.ReadCloser, error) {
	buffered := bufio.NewReaderSize(source, 64<<10)
	magic, err := buffered.Peek(6)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("reading the archive: %w", err)
	}
	if len(magic) == 0 {
		return nil, errors.New("the archive is empty")
	}
	plain, format, err := open(buffered, magic)
	if err != nil {
		return nil, fmt.Errorf("reading the archive, compressed by %s: %w", format, err)
	}
	return plain, nil
}

// open picks the decompressor. The magic numbers stand in RFC 1952 (gzip),
// RFC 8878 (zstd), the .xz file format 1.2.1 and bzip2's manual.
func open(source io.Reader, magic []byte) (plain io.ReadCloser, format string, err error) {
	switch {
	case bytes.HasPrefix(magic, []byte("\x1f\x8b")):
		plain, err = gzip.NewReader(source)
		return plain, "gzip", err
	case bytes.HasPrefix(magic, []byte("\x28\xb5\x2f\xfd")):
		decoder, err := zstd.NewReader(source, zstd.WithDecoderMaxWindow(largestWindow))
		if err != nil {
			return nil, "zstd", err
		}
		return decoder.IOReadCloser(), "zstd", nil
	case bytes.HasPrefix(magic, []byte("\xfd7zXZ\x00")):
		reader, err := xz.NewReader(source, largestWindow)
		return io.NopCloser(reader), "xz", err
	case bytes.HasPrefix(magic, []byte("BZh")):
		return io.NopCloser(bzip2.NewReader(source)), "bzip2", nil
	}
	return io.NopCloser(source), "nothing", nil
}
