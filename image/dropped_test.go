package image

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestDroppedArchiveIsUnpackedOnce(t *testing.T) {
	f := newFixture(t)
	f.drop("busybox.tar", "hello")
	first := f.resolve("busybox")
	if f.text(first) != "hello" || first.Name != "busybox:latest" || first.Config.Cmd[0] != "/bin/sh" {
		t.Errorf("got %+v", first)
	}
	before, err := os.Stat(first.Layers[0])
	if err != nil {
		t.Fatal(err)
	}
	again := f.resolve("busybox:latest")
	after, err := os.Stat(again.Layers[0])
	if err != nil || !os.SameFile(before, after) || again.ID != first.ID {
		t.Errorf("it was unpacked again: %+v, %v", again, err)
	}
	f.expectClean(1, 1)
}

func TestDroppedArchiveWithATag(t *testing.T) {
	f := newFixture(t)
	f.drop("busybox:1.36.tar", "tagged")
	if found := f.resolve("busybox:1.36"); f.text(found) != "tagged" {
		t.Errorf("got %+v", found)
	}
	var missing *NotFoundError
	if _, err := f.Resolve("busybox"); !errors.As(err, &missing) {
		t.Errorf("got %v", err)
	}
}

func TestDroppedArchiveThatChangesIsUnpackedAgain(t *testing.T) {
	f := newFixture(t)
	path := f.drop("app.tar", "one")
	old := f.resolve("app")
	changes := map[string]func() error{
		"other size":  func() error { return os.WriteFile(path, rootfs(t, strings.Repeat("two", 1000)), 0o644) },
		"other time":  func() error { return os.Chtimes(path, time.Time{}, time.Unix(12345, 6789)) },
		"other inode": func() error { return replace(path, rootfs(t, strings.Repeat("xxx", 1000))) },
	}
	for _, name := range []string{"other size", "other time", "other inode"} {
		if err := changes[name](); err != nil {
			t.Fatal(err)
		}
		found := f.resolve("app")
		if found.ID == old.ID {
			t.Errorf("%s: the image is the old one", name)
		}
		current, err := f.dropped(Reference{"app", DefaultTag})
		r, readErr := f.read("app:latest")
		if err != nil || readErr != nil || !current.same(r.Dropped) {
			t.Errorf("%s: the change went unnoticed: %v %v", name, err, readErr)
		}
		old = found
		f.expectClean(1, 1)
	}
}

// replace puts a new file of the same time in the place of another.
func replace(path string, data []byte) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	err = os.WriteFile(path+".new", data, 0o644)
	return errors.Join(err, os.Chtimes(path+".new", time.Time{}, info.ModTime()), os.Rename(path+".new", path))
}

func TestImageStaysWhenItsArchiveGoes(t *testing.T) {
	f := newFixture(t)
	path := f.drop("app.tar", "one")
	first := f.resolve("app")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if f.resolve("app").ID != first.ID {
		t.Error("it is another image")
	}
}

// TestTheLastActWins imports over a dropped archive, and drops one over an
// imported image.
func TestTheLastActWins(t *testing.T) {
	f := newFixture(t)
	f.drop("app.tar", "dropped")
	f.resolve("app")
	f.importText("app", "imported")
	if got := f.text(f.resolve("app")); got != "imported" {
		t.Errorf("after the import: %q", got)
	}
	f.drop("app.tar", "dropped again")
	if got := f.text(f.resolve("app")); got != "dropped again" {
		t.Errorf("after the archive changed: %q", got)
	}
	f.importText("other", "imported")
	f.drop("other.tar", "dropped")
	if got := f.text(f.resolve("other")); got != "dropped" {
		t.Errorf("after an archive was dropped: %q", got)
	}
}

func TestLostLayerIsUnpackedAgain(t *testing.T) {
	f := newFixture(t)
	f.drop("app.tar", "text")
	lose := func(i Image) {
		if err := os.RemoveAll(i.Layers[0]); err != nil {
			t.Fatal(err)
		}
	}
	lose(f.resolve("app"))
	if got := f.text(f.resolve("app")); got != "text" {
		t.Errorf("got %q", got)
	}
	// An import cannot be made again, not even where an archive of the name lies.
	f.drop("other.tar", "dropped")
	lose(f.importText("other", "imported"))
	if _, err := f.Resolve("other"); err == nil || !strings.Contains(err.Error(), "a layer of it is gone") {
		t.Errorf("got %v", err)
	}
}

func TestStrangeFilesInThePlaceOfAnArchive(t *testing.T) {
	f := newFixture(t)
	at := func(name string) string { return filepath.Join(f.directory, name) }
	good := filepath.Join(t.TempDir(), "elsewhere")
	if err := errors.Join(
		os.Mkdir(at("directory.tar"), 0o755),
		unix.Mkfifo(at("fifo.tar"), 0o644),
		os.Symlink("nowhere", at("dangling.tar")),
		os.WriteFile(good, rootfs(t, "linked"), 0o644),
		os.Symlink(good, at("link.tar")),
		os.WriteFile(at("empty.tar"), nil, 0o644),
		os.WriteFile(at("text.tar"), []byte(strings.Repeat("text", 500)), 0o644),
	); err != nil {
		t.Fatal(err)
	}
	for name, says := range map[string]string{
		"directory": "no regular file", "fifo": "no regular file", "dangling": "no such image",
		"empty": "the archive is empty", "text": "not a tar archive",
	} {
		if _, err := f.Resolve(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: got %v, want %q", name, err, says)
		}
	}
	if got := f.text(f.resolve("link")); got != "linked" {
		t.Errorf("got %q", got)
	}
	if _, err := f.Remove("link"); err != nil || !exists(good) || exists(at("link.tar")) {
		t.Errorf("removing a link removes the link alone: %v", err)
	}
}

// TestArchiveThatGrows is noticed: somebody is still copying it.
func TestArchiveThatGrows(t *testing.T) {
	f := newFixture(t)
	path := f.drop("app.tar", "text")
	file, before, err := f.openDropped(Reference{"app", DefaultTag})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if err := unchanged(file, before); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, rootfs(t, strings.Repeat("more", 1000)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := unchanged(file, before); err == nil {
		t.Error("nobody noticed")
	}
}

func TestManyWantADroppedArchive(t *testing.T) {
	f := newFixture(t)
	f.drop("app.tar", "text")
	var all sync.WaitGroup
	ids := make([]string, 20)
	for i := range ids {
		all.Go(func() {
			found, err := f.Resolve("app")
			if err != nil {
				t.Error(err)
			}
			ids[i] = found.ID
		})
	}
	all.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("there are several images: %q", ids)
		}
	}
	f.expectClean(1, 1)
}
