package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestRefused(t *testing.T) {
	tests := []struct {
		name  string
		items []item
		says  string
	}{
		{"name longer than a path", []item{file(strings.Repeat("x/", 3000), "")}, "bytes long"},
		{"part longer than a name", []item{file(strings.Repeat("x", 256), "")}, "too long"},
		{"owner out of range", []item{{name: "x", kind: tar.TypeReg, uid: math.MaxUint32}}, "out of range"},
		{"device out of range", []item{{name: "x", kind: tar.TypeChar, major: 1 << 20}}, "out of range"},
		{"unknown type", []item{{name: "x", kind: 'Z'}}, "unknown type"},
		{"file below a file", []item{file("x", ""), file("x/y", "")}, "not a directory"},
		{"hard link to nothing", []item{hardLink("x", "y")}, "no such file"},
		{"saved by docker", []item{directory("blobs"), file("manifest.json", "[]"), file("index.json", "{}")}, "docker export"},
		{"OCI layout", []item{file("oci-layout", "{}"), directory("blobs"), directory("blobs/sha256")}, "docker export"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			for i := range test.items {
				test.items[i].name = strings.TrimSuffix(test.items[i].name, "/")
			}
			_, err := Unpack(bytes.NewReader(build(t, test.items...)), t.TempDir())
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want an error with %q", err, test.says)
			}
		})
	}
}

func TestARootfsMayHoldAManifest(t *testing.T) {
	unpack(t, file("manifest.json", "[]"), directory("etc"))
}

func TestNotAnArchive(t *testing.T) {
	whole := build(t, file("a", strings.Repeat("x", 5000)), file("b", "y"))
	tests := map[string]struct {
		data []byte
		says string
	}{
		"nothing":              {nil, "empty"},
		"text":                 {bytes.Repeat([]byte("hello world\n"), 100), "not a tar archive"},
		"cut short":            {whole[:3000], "too early"},
		"garbage after a file": {append(whole[:6144:6144], bytes.Repeat([]byte("x"), 1024)...), "after 1 entries"},
		"too much after it":    {append(whole[:len(whole):len(whole)], make([]byte, mostPadding+1)...), "follow its end"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Unpack(bytes.NewReader(test.data), t.TempDir())
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, want an error with %q", err, test.says)
			}
		})
	}
}

// TestBombIsRefusedByItsHeader claims a file of 1 EiB, all of it a hole.
func TestBombIsRefusedByItsHeader(t *testing.T) {
	header := file("bomb", "").header()
	header.Size = 1 << 60
	var buffer bytes.Buffer
	if err := tar.NewWriter(&buffer).WriteHeader(header); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	_, err := Unpack(io.MultiReader(&buffer, zeros{}), root)
	if err == nil || !strings.Contains(err.Error(), "free") {
		t.Errorf("got %v, want an error about the free space", err)
	}
	if entries, _ := os.ReadDir(root); len(entries) > 0 {
		t.Errorf("there is %v", entries)
	}
}

// zeros has no end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func TestSpaceIsAddedUp(t *testing.T) {
	s := space{total: 1000, left: 950}
	if err := errors.Join(s.take(500), s.take(450)); err != nil {
		t.Error(err)
	}
	if err := s.take(1); err == nil {
		t.Error("there was no space left")
	}
}

func TestFullDisk(t *testing.T) {
	root := memory(t, 256<<10)
	var items []item
	for i := range 200 { // a page each
		items = append(items, file(fmt.Sprint(i), "x"))
	}
	_, err := Unpack(bytes.NewReader(build(t, items...)), root)
	if !errors.Is(err, unix.ENOSPC) || !strings.Contains(err.Error(), "make room") {
		t.Errorf("got %v, want ENOSPC and a remedy", err)
	}
}

func TestNotRoot(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("needs a user that is not root")
	}
	it := file("x", "")
	it.uid = os.Geteuid() + 1
	_, err := Unpack(bytes.NewReader(build(t, it)), t.TempDir())
	if !errors.Is(err, unix.EPERM) || !strings.Contains(err.Error(), "as root") {
		t.Errorf("got %v, want an error that asks for root", err)
	}
}

// TestSparseFiles lets GNU tar make archives of a file with holes, in each of
// its dialects.
func TestSparseFiles(t *testing.T) {
	source := t.TempDir()
	path := filepath.Join(source, "sparse")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for offset, text := range map[int64]string{5000: "one", 10 << 20: "two"} {
		if _, err := f.WriteAt([]byte(text), offset); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(f.Truncate(20<<20), f.Close()); err != nil {
		t.Fatal(err)
	}
	for _, dialect := range []string{"--format=gnu", "--sparse-version=0.0", "--sparse-version=0.1", "--sparse-version=1.0"} {
		t.Run(dialect, func(t *testing.T) {
			arguments := []string{"-C", source, "--sparse", "-c"}
			if strings.HasPrefix(dialect, "--sparse") {
				arguments = append(arguments, "--format=posix")
			}
			archive, err := exec.Command("tar", append(arguments, dialect, "sparse")...).Output()
			if err != nil {
				t.Skipf("needs GNU tar: %v", err)
			}
			if len(archive) > 1<<20 {
				t.Fatalf("the archive is not sparse: %d bytes", len(archive))
			}
			root := t.TempDir()
			if _, err := Unpack(bytes.NewReader(archive), root); err != nil {
				t.Fatal(err)
			}
			unpacked := filepath.Join(root, "sparse")
			if content(t, unpacked) != content(t, path) {
				t.Error("the content differs")
			}
			if _, stat := lstat(t, unpacked); stat.Blocks*512 > 1<<20 {
				t.Errorf("the holes take %d bytes on the disk", stat.Blocks*512)
			}
		})
	}
}
