package archive

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// written is when the entries of test archives were last changed.
var written = time.Date(2020, 2, 3, 4, 5, 6, 7000, time.UTC)

// item is an entry of a test archive. It belongs to whoever runs the test, so
// that tests need no root.
type item struct {
	name     string
	kind     byte
	content  string
	link     string
	mode     int64
	uid, gid int // besides the user's own
	major    int64
	records  map[string]string
}

func file(name, content string) item {
	return item{name: name, kind: tar.TypeReg, content: content, mode: 0o644}
}

func directory(name string) item { return item{name: name, kind: tar.TypeDir, mode: 0o755} }

func symlink(name, target string) item {
	return item{name: name, kind: tar.TypeSymlink, link: target, mode: 0o777}
}

func hardLink(name, target string) item {
	return item{name: name, kind: tar.TypeLink, link: target, mode: 0o644}
}

func (i item) header() *tar.Header {
	if i.kind == tar.TypeXGlobalHeader {
		return &tar.Header{Typeflag: i.kind, PAXRecords: i.records}
	}
	uid, gid := i.uid, i.gid
	if uid == 0 {
		uid = os.Geteuid()
	}
	if gid == 0 {
		gid = os.Getegid()
	}
	return &tar.Header{
		Name: i.name, Typeflag: i.kind, Linkname: i.link, Mode: i.mode, Size: int64(len(i.content)),
		Uid: uid, Gid: gid, ModTime: written, Devmajor: i.major, PAXRecords: i.records, Format: tar.FormatPAX,
	}
}

// build makes an archive.
func build(t testing.TB, items ...item) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, i := range items {
		if err := w.WriteHeader(i.header()); err != nil {
			t.Fatalf("%q: %v", i.name, err)
		}
		if _, err := w.Write([]byte(i.content)); err != nil {
			t.Fatalf("%q: %v", i.name, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

// unpack unpacks items into a new directory and gives its path.
func unpack(t *testing.T, items ...item) string {
	t.Helper()
	root := t.TempDir()
	if _, err := Unpack(bytes.NewReader(build(t, items...)), root); err != nil {
		t.Fatal(err)
	}
	return root
}

func needsRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Error(err)
	}
	return string(data)
}

func lstat(t *testing.T, path string) (fs.FileInfo, *syscall.Stat_t) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info, info.Sys().(*syscall.Stat_t)
}

// fingerprint describes everything below a directory: names, kinds, owners,
// modes, times, links and contents.
func fingerprint(t *testing.T, top string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, stat := lstat(t, path)
		fmt.Fprintf(&all, "%s %v %d:%d %d %d %v", path, info.Mode(), stat.Uid, stat.Gid, stat.Nlink, info.Size(), stat.Mtim)
		if info.Mode().IsRegular() {
			fmt.Fprintf(&all, " %x", sha256.Sum256([]byte(content(t, path))))
		}
		if target, err := os.Readlink(path); err == nil {
			fmt.Fprintf(&all, " -> %s", target)
		}
		all.WriteByte('\n')
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}
