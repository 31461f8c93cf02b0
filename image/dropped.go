package image

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"mydocker/internal/members"
)

// stamp tells one state of a dropped archive from another.
type stamp struct {
	Size     int64
	Modified time.Time
	Inode    uint64
}

// Members implements members.Object.
func (s *stamp) Members(list *members.List) {
	list.Always("size", &s.Size)
	list.Always("modified", &s.Modified)
	list.Always("inode", &s.Inode)
}

func stampOf(info fs.FileInfo) stamp {
	inode := info.Sys().(*syscall.Stat_t).Ino
	return stamp{Size: info.Size(), Modified: info.ModTime().UTC(), Inode: inode}
}

// same compares two stamps, each of which may be missing.
func (s *stamp) same(other *stamp) bool {
	if s == nil || other == nil {
		return s == other
	}
	return s.Size == other.Size && s.Inode == other.Inode && s.Modified.Equal(other.Modified)
}

// droppedName gives the file that a person drops for a name: NAME.tar, or
// NAME:TAG.tar for another tag than latest. It is empty for a repository with
// a slash, which no file can be called after.
func droppedName(r Reference) string {
	switch {
	case strings.Contains(r.Repository, "/"):
		return ""
	case r.Tag == DefaultTag:
		return r.Repository + ".tar"
	}
	return r.String() + ".tar"
}

// dropped gives the stamp of the archive that was dropped for a name; nil
// when there is none. A link to a file elsewhere is as good.
func (s *Store) dropped(r Reference) (*stamp, error) {
	name := droppedName(r)
	if name == "" {
		return nil, nil
	}
	info, err := os.Stat(filepath.Join(s.directory, name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENAMETOOLONG) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("finding image %q: %w", r, err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("finding image %q: %q is no regular file", r, filepath.Join(s.directory, name))
	}
	found := stampOf(info)
	return &found, nil
}

// openDropped opens the archive that was dropped for a name.
func (s *Store) openDropped(r Reference) (*os.File, *stamp, error) {
	// O_NONBLOCK: should it be a FIFO by now, nobody waits for a writer.
	path := filepath.Join(s.directory, droppedName(r))
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is no regular file", path)
	}
	if err != nil {
		file.Close()
		return nil, nil, err
	}
	found := stampOf(info)
	return file, &found, nil
}

// removeDropped removes the archive of a name, if there is one.
func (s *Store) removeDropped(r Reference) error {
	name := droppedName(r)
	if name == "" {
		return nil
	}
	err := os.Remove(filepath.Join(s.directory, name))
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENAMETOOLONG) {
		return nil
	}
	return err
}

// listDropped gives the names of all archives that lie in the directory. A
// file whose name cannot be an image's is none.
func (s *Store) listDropped() ([]Reference, error) {
	files, err := os.ReadDir(s.directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listing images: %w", err)
	}
	var found []Reference
	for _, file := range files {
		name, isTar := strings.CutSuffix(file.Name(), ".tar")
		if !isTar || file.IsDir() {
			continue
		}
		if r, err := ParseReference(name); err == nil && droppedName(r) == file.Name() {
			found = append(found, r)
		}
	}
	return found, nil
}
