package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"mydocker/internal/idmap"
)

// packed packs a path and gives the archive.
func packed(t *testing.T, path, name string) []byte {
	t.Helper()
	fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	from := os.NewFile(uintptr(fd), path)
	defer from.Close()
	var buffer bytes.Buffer
	if err := Pack(&buffer, from, name, idmap.Map{}); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func namesIn(t *testing.T, data []byte) (names []string) {
	t.Helper()
	reader := tar.NewReader(bytes.NewReader(data))
	for {
		header, err := reader.Next()
		if errors.Is(err, io.EOF) {
			slices.Sort(names)
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, header.Name)
	}
}

func TestPackNames(t *testing.T) {
	root := unpack(t, directory("d"), file("d/f", "x"), symlink("l", "d"))
	for _, test := range []struct{ path, name, want string }{
		{"", "", "d/ d/f l"},
		{"", ".", "./ ./d/ ./d/f ./l"},
		{"d", "other", "other/ other/f"},
		{"d/f", "f", "f"},
		{"l", "l", "l"},
	} {
		if got := namesIn(t, packed(t, filepath.Join(root, test.path), test.name)); strings.Join(got, " ") != test.want {
			t.Errorf("%q as %q: got %q, want %q", test.path, test.name, got, test.want)
		}
	}
}

// TestWhatIsPackedUnpacksTheSame packs all that a root file system can hold.
func TestWhatIsPackedUnpacksTheSame(t *testing.T) {
	needsRoot(t)
	wide := strings.Repeat("w", 200)
	odd := item{name: "odd \xff\n name", kind: tar.TypeReg, mode: 0o6755, content: "x", uid: 1234, gid: 5678,
		records: map[string]string{"SCHILY.xattr.user.note": "a \x00 = b", "SCHILY.xattr.trusted.note": "kept"}}
	first := unpack(t, item{name: "./", kind: tar.TypeDir, mode: 0o711}, directory("d"), file("d/one", "1"), hardLink("two", "d/one"),
		symlink("l", "/etc/passwd"), symlink("far", strings.Repeat("x", 300)), odd, directory(wide), file(wide+"/"+wide, "y"),
		item{name: "fifo", kind: tar.TypeFifo, mode: 0o600, uid: 7}, item{name: "null", kind: tar.TypeChar, mode: 0o666, major: 1},
		item{name: "big", kind: tar.TypeReg, mode: 0o600, content: strings.Repeat("content ", 100000), uid: 3000000})
	second := t.TempDir()
	if _, err := Unpack(bytes.NewReader(packed(t, first, ".")), second); err != nil {
		t.Fatal(err)
	}
	// Times are packed in whole seconds, as docker does.
	strip := func(top string) string {
		return strings.ReplaceAll(strings.ReplaceAll(fingerprint(t, top), top, "TOP"), " 7000}", " 0}")
	}
	if one, other := strip(first), strip(second); one != other {
		t.Errorf("packed\n%s\nand unpacked\n%s", one, other)
	}
	for name, want := range map[string]string{"user.note": "a \x00 = b", "trusted.note": "kept"} {
		if got := attribute(filepath.Join(second, odd.name), name); got != want {
			t.Errorf("the attribute %s is %q, want %q", name, got, want)
		}
	}
}

func TestPackLeavesSocketsOut(t *testing.T) {
	root := t.TempDir()
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	t.Chdir(root)
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: "socket"}); err != nil {
		t.Fatal(err)
	}
	if got := namesIn(t, packed(t, root, ".")); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

// TestPackReadsWhatSaysItIsEmpty packs a file of procfs.
func TestPackReadsWhatSaysItIsEmpty(t *testing.T) {
	reader := tar.NewReader(bytes.NewReader(packed(t, "/proc/version", "version")))
	if _, err := reader.Next(); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || !bytes.HasPrefix(got, []byte("Linux")) {
		t.Errorf("got %q, %v", got, err)
	}
}

// shrinking is a file that becomes shorter when its header has been written.
type shrinking struct {
	bytes.Buffer
	path string
}

func (s *shrinking) Write(p []byte) (int, error) {
	if s.Len() == 0 {
		if err := os.Truncate(s.path, 1000); err != nil {
			return 0, err
		}
	}
	return s.Buffer.Write(p)
}

func TestPackOfAShrinkingFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<20), 0o644); err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	from := os.NewFile(uintptr(fd), path)
	defer from.Close()
	out := &shrinking{path: path}
	if err := Pack(out, from, "file", idmap.Map{}); err != nil {
		t.Fatal(err)
	}
	reader := tar.NewReader(&out.Buffer)
	header, err := reader.Next()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(reader); err != nil || int64(len(got)) != header.Size || got[len(got)-1] != 0 {
		t.Errorf("got %d bytes, %v; the header says %d", len(got), err, header.Size)
	}
}
