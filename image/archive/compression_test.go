package archive

import (
	"archive/tar"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// compressed gives data in every format that has a writer here.
func compressed(t testing.TB, data []byte) map[string][]byte {
	t.Helper()
	all := map[string][]byte{"nothing": data}
	write := func(name string, open func(io.Writer) (io.WriteCloser, error)) {
		var buffer bytes.Buffer
		w, err := open(&buffer)
		if err == nil {
			_, err = w.Write(data)
			err = errors.Join(err, w.Close())
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = buffer.Bytes()
	}
	write("gzip", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
	write("zstd", func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
	write("xz", func(w io.Writer) (io.WriteCloser, error) { return xz.NewWriter(w) })
	return all
}

func TestCompressions(t *testing.T) {
	data := build(t, file("a", strings.Repeat("content ", 100000)))
	for name, data := range compressed(t, data) {
		root := t.TempDir()
		// A pipe gives a few bytes at a time.
		contents, err := Unpack(iotest.OneByteReader(io.LimitReader(bytes.NewReader(data), 100)), t.TempDir())
		if err == nil {
			t.Errorf("%s: 100 bytes are enough: %+v", name, contents)
		}
		if contents, err = Unpack(iotest.HalfReader(bytes.NewReader(data)), root); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if content(t, filepath.Join(root, "a")) != strings.Repeat("content ", 100000) {
			t.Errorf("%s: the content differs", name)
		}
		if contents.Size != 800000 || contents.Entries != 1 {
			t.Errorf("%s: got %+v", name, contents)
		}
	}
}

// bzip2ed is an archive with a file "a" that says hello, since there is no
// writer for bzip2 here.
const bzip2ed = "425a68393141592653590af5d6cf0000727b84c900004240006f800000e2449e00000080082000741a50fd29a6" +
	"868d3f54647a82485321a3401a0b7dbe310841dc8048a9793d1ae3364903a61ecef089b00440552e5127099e5d4b4962156d17f4743" +
	"b169de0888766603f1772453850900af5d6cf"

func TestBzip2(t *testing.T) {
	data, err := hex.DecodeString(bzip2ed)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := decompress(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	reader := tar.NewReader(plain)
	if _, err := reader.Next(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || string(got) != "hello" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestDamagedCompression changes one byte near the end, in the checksum.
func TestDamagedCompression(t *testing.T) {
	for name, data := range compressed(t, build(t, file("a", strings.Repeat("content ", 1000)))) {
		if name == "nothing" {
			continue
		}
		data[len(data)-6] ^= 0x55
		if _, err := Unpack(bytes.NewReader(data), t.TempDir()); err == nil {
			t.Errorf("%s: nobody noticed the damage", name)
		}
	}
}

// TestBrokenPipe lets the source fail.
func TestBrokenPipe(t *testing.T) {
	broken := errors.New("the pipe is broken")
	for _, good := range []int64{0, 3, 600, 2000} {
		data := build(t, file("a", strings.Repeat("x", 5000)))
		source := io.MultiReader(io.LimitReader(bytes.NewReader(data), good), iotest.ErrReader(broken))
		if _, err := Unpack(source, t.TempDir()); !errors.Is(err, broken) {
			t.Errorf("after %d bytes: got %v", good, err)
		}
	}
}
