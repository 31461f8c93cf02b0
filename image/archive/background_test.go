package archive

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// manyFiles are more than are written at the same time.
func manyFiles(count int) (items []item) {
	for i := range count {
		items = append(items, file(fmt.Sprintf("f%03d", i), strings.Repeat(fmt.Sprint(i%10), 1000*i)))
	}
	return items
}

func TestTheFirstFileThatCannotBeWrittenIsNamed(t *testing.T) {
	items := manyFiles(100)
	items[20].uid, items[21].uid = math.MaxUint32, math.MaxUint32 // no user's
	before := openFiles(t)
	_, err := Unpack(bytes.NewReader(build(t, items...)), t.TempDir())
	var refused *EntryError
	if !errors.As(err, &refused) || refused.Name != "f020" {
		t.Errorf("got %v, want an error about f020", err)
	}
	if after := openFiles(t); after != before {
		t.Errorf("%d files are open, and %d were before", after, before)
	}
}

func TestAnErrorOfTheArchiveComesAfterThoseOfFilesBeforeIt(t *testing.T) {
	items := manyFiles(10)
	items[9].uid = math.MaxUint32
	whole := build(t, items...)
	_, err := Unpack(bytes.NewReader(append(whole[:len(whole)-1024:len(whole)-1024], "no header, and too short"...)), t.TempDir())
	var refused *EntryError
	if !errors.As(err, &refused) || refused.Name != "f009" {
		t.Errorf("got %v, want an error about f009", err)
	}
}

// Later entries may do what they like with the name of a file that is still
// being written.
func TestLaterEntriesMeetFilesThatAreBeingWritten(t *testing.T) {
	content := strings.Repeat("x", mostInBackground)
	var items []item
	for i := range 30 {
		name := fmt.Sprintf("f%02d", i)
		setUID := file(name, content)
		setUID.mode = 0o4755
		items = append(items, setUID, hardLink(name+".link", name), file(name, "new"))
	}
	root := t.TempDir()
	if _, err := Unpack(bytes.NewReader(build(t, items...)), root); err != nil {
		t.Fatal(err)
	}
	for i := range 30 {
		path := filepath.Join(root, fmt.Sprintf("f%02d", i))
		first, err := os.ReadFile(path + ".link")
		if err != nil || string(first) != content {
			t.Errorf("%s.link has %d bytes, %v", path, len(first), err)
		}
		info, err := os.Stat(path + ".link")
		if err != nil || info.Mode() != os.ModeSetuid|0o755 || !info.ModTime().Equal(written) {
			t.Errorf("%s.link: %v, %v", path, info, err)
		}
		if second, err := os.ReadFile(path); err != nil || string(second) != "new" {
			t.Errorf("%s has %q, %v", path, second, err)
		}
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}
