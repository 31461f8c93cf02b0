package image

import (
	"archive/tar"
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// baseArchive is a root file system to be changed.
func baseArchive(t *testing.T) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	for _, name := range []string{
		"./", "file", "directory/", "directory/old", "gone/", "gone/deep/", "gone/deep/file",
		"changed", "moved", "replaced", "kept/", "kept/file",
	} {
		header := tar.Header{Name: name, Mode: 0o644, Typeflag: tar.TypeReg, Size: int64(len(name))}
		if strings.HasSuffix(name, "/") {
			header.Mode, header.Typeflag, header.Size = 0o755, tar.TypeDir, 0
		}
		must(t, w.WriteHeader(&header))
		if header.Size > 0 {
			_, err := w.Write([]byte(name))
			must(t, err)
		}
	}
	must(t, w.Close())
	return buffer.Bytes()
}

// describe lists everything below a directory: name, mode, owner, time of
// change, links, content and attribute.
func describe(t *testing.T, top string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := os.Lstat(path)
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(top, path)
		stat := info.Sys().(*syscall.Stat_t)
		fmt.Fprintf(&all, "%s %v %d:%d %v", name, info.Mode(), stat.Uid, stat.Gid, stat.Mtim)
		if info.Mode().IsRegular() {
			data, err := os.ReadFile(path)
			value := make([]byte, 100)
			n, _ := syscall.Getxattr(path, "user.note", value)
			fmt.Fprintf(&all, " %d %q %q %v", stat.Nlink, data, value[:max(n, 0)], err)
		}
		target, _ := os.Readlink(path)
		fmt.Fprintf(&all, " %s\n", target)
		return nil
	})
	must(t, err)
	return all.String()
}
