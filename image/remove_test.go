package image

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestRemove(t *testing.T) {
	for _, by := range []string{"name", "full name", "ID", "prefix"} {
		f := newFixture(t)
		made := f.importText("app", "x")
		reference := map[string]string{"name": "app", "full name": "app:latest", "ID": made.ID, "prefix": made.ID[:6]}[by]
		removed, err := f.Remove(reference)
		if err != nil || !slices.Equal(removed.Untagged, []string{"app:latest"}) || !slices.Equal(removed.Deleted, []string{made.ID}) {
			t.Errorf("by %s: got %+v, %v", by, removed, err)
		}
		f.expectClean(0, 0)
		var missing *NotFoundError
		if _, err := f.Remove(reference); !errors.As(err, &missing) {
			t.Errorf("by %s, again: %v", by, err)
		}
	}
}

func TestRemoveTakesTheDroppedArchive(t *testing.T) {
	f := newFixture(t)
	for _, resolved := range []bool{true, false} {
		path := f.drop("app.tar", "x")
		if resolved {
			f.resolve("app")
		}
		removed, err := f.Remove("app")
		if err != nil || len(removed.Untagged) != 1 || (len(removed.Deleted) == 1) != resolved {
			t.Errorf("unpacked %v: got %+v, %v", resolved, removed, err)
		}
		if exists(path) {
			t.Errorf("unpacked %v: the archive is still there", resolved)
		}
		if _, err := f.Resolve("app"); err == nil {
			t.Errorf("unpacked %v: the image is back", resolved)
		}
	}
}

func TestRemoveOfAnImageInUse(t *testing.T) {
	f := newFixture(t)
	path := f.drop("app.tar", "x")
	found := f.resolve("app")
	f.use(found, "1234567890")
	for _, name := range []string{"app", found.ShortID()} {
		_, err := f.Remove(name)
		var used *InUseError
		if !errors.As(err, &used) || !slices.Equal(used.Containers, []string{"1234567890"}) {
			t.Errorf("%q: got %v", name, err)
		}
		want := `removing image "app:latest": in use by container 1234567890; remove it first with "mydocker rm 1234567890"`
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	if !exists(path) || f.text(f.resolve("app")) != "x" {
		t.Error("something of it is gone")
	}
}

func TestRemoveOfOneNameOfSeveral(t *testing.T) {
	f := newFixture(t)
	made := f.importText("one", "x")
	if _, err := f.Tag("one", "two"); err != nil {
		t.Fatal(err)
	}
	f.use(made, "1234567890")
	var several *SeveralNamesError
	if _, err := f.Remove(made.ID); !errors.As(err, &several) || len(several.Names) != 2 {
		t.Errorf("by ID: got %v", err)
	}
	removed, err := f.Remove("one")
	if err != nil || len(removed.Deleted) > 0 {
		t.Errorf("the first name: got %+v, %v", removed, err)
	}
	if f.text(f.resolve("two")) != "x" {
		t.Error("the image is gone")
	}
	var used *InUseError
	if _, err := f.Remove("two"); !errors.As(err, &used) {
		t.Errorf("the last name: got %v", err)
	}
}

// TestUseThatIsRecordedMeanwhile lets a container record its use at the moment
// when the image is removed: either the removal is refused or Confirm fails.
func TestUseThatIsRecordedMeanwhile(t *testing.T) {
	for _, call := range []int{1, 2, 3} { // before which question the use appears
		f := newFixture(t)
		made := f.importText("app", "x")
		asked := 0
		f.Store.users = func() (Users, error) {
			if asked++; asked == call {
				f.use(made, "1234567890")
			}
			return f.users, nil
		}
		_, removeErr := f.Remove("app")
		confirmErr := f.Confirm(made)
		if (removeErr == nil) == (confirmErr == nil) {
			t.Errorf("use before question %d: removal says %v, the container %v", call, removeErr, confirmErr)
		}
	}
}

func TestUsersThatCannotBeRead(t *testing.T) {
	f := newFixture(t)
	broken := errors.New("a record is broken")
	old := f.importText("app", "old")
	f.Store.users = func() (Users, error) { return nil, broken }
	if _, err := f.Remove("app"); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	// An import works even so, and keeps what might be in use.
	if _, err := f.Import(strings.NewReader(string(rootfs(t, "new"))), "app"); err != nil {
		t.Fatal(err)
	}
	if !exists(old.Layers[0]) || f.text(f.resolve("app")) != "new" {
		t.Error("the old layer is gone, or the new image is not there")
	}
	if err := f.Sweep(); !errors.Is(err, broken) {
		t.Errorf("the next sweep says %v", err)
	}
	f.Store.users = func() (Users, error) { return nil, nil }
	if err := f.Sweep(); err != nil {
		t.Error(err)
	}
	f.expectClean(1, 1)
}

// TestReplacedImageInUse keeps its layers, without a name, until the last
// container that uses it is gone.
func TestReplacedImageInUse(t *testing.T) {
	f := newFixture(t)
	old := f.importText("app", "old")
	f.use(old, "1234567890")
	f.importText("app", "new")
	if err := f.Confirm(old); err != nil {
		t.Error(err)
	}
	f.importText("third", "x") // a further change leaves it as it is
	if _, err := f.Remove("third"); err != nil {
		t.Fatal(err)
	}
	kept, err := f.Get(old.ID)
	if err != nil || kept.Name != "" || f.text(kept) != "old" {
		t.Errorf("got %+v, %v", kept, err)
	}
	var used *InUseError
	if _, err := f.Remove(old.ID); !errors.As(err, &used) {
		t.Errorf("removing it: got %v", err)
	}
	if err := f.Release(old.ID); err != nil || !exists(old.Layers[0]) {
		t.Errorf("it is released while it is in use: %v", err)
	}
	clear(f.users)
	if err := f.Release(old.ID); err != nil {
		t.Error(err)
	}
	f.expectClean(1, 1)
	var missing *NotFoundError
	if err := f.Confirm(old); !errors.As(err, &missing) {
		t.Errorf("after its release: %v", err)
	}
}

func TestReleaseDoesNotWait(t *testing.T) {
	f := newFixture(t)
	old := f.importText("app", "old")
	f.use(old, "1234567890")
	f.importText("app", "new")
	clear(f.users)
	lock, err := f.lock()
	if err := errors.Join(err, f.Release(old.ID)); err != nil {
		t.Fatal(err)
	}
	if !exists(old.Layers[0]) {
		t.Error("something was removed without the lock")
	}
	lock.Release()
	if err := f.Sweep(); err != nil {
		t.Error(err)
	}
	f.expectClean(1, 1)
}

// TestNameForANamelessImage gives a name again to an image that lost its own.
func TestNameForANamelessImage(t *testing.T) {
	f := newFixture(t)
	old := f.importText("app", "old")
	f.use(old, "1234567890")
	f.importText("app", "new")
	if _, err := f.Tag(old.ID, "saved"); err != nil || f.resolve("saved").ID != old.ID {
		t.Errorf("got %v", err)
	}
	if err := f.Confirm(old); err != nil { // a container that starts again, say
		t.Error(err)
	}
	clear(f.users)
	if err := f.Release(old.ID); err != nil || f.text(f.resolve("saved")) != "old" {
		t.Errorf("it went with its last container, in spite of its name: %v", err)
	}
	f.expectClean(2, 2)
}

func TestDamagedRecord(t *testing.T) {
	for name, data := range map[string]string{
		"empty": "", "cut short": `{"id": "12`, "zeros": "\x00\x00\x00", "another": "{}", "hostile": `{"id":"` + strings.Repeat("a", 64) + `","layers":["../../../etc"]}`,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			bad, good := f.importText("bad", "1"), f.importText("good", "2")
			path := f.recordPath(bad.Name, "")
			if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Resolve("bad"); !isCorrupt(err) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v, want an error that names the file", err)
			}
			if images, err := f.List(); len(images) != 1 || !isCorrupt(err) {
				t.Errorf("got %v, %v", images, err)
			}
			if f.text(f.resolve("good")) != "2" {
				t.Error("the other image suffers")
			}
			if _, err := f.Remove("good"); err != nil || exists(f.recordPath(good.Name, "")) {
				t.Errorf("the other image cannot be removed: %v", err)
			}
			if !exists(bad.Layers[0]) {
				t.Error("a layer went that the broken record may name")
			}
			if removed, err := f.Remove("bad"); err != nil || len(removed.Untagged) != 1 {
				t.Errorf("got %+v, %v", removed, err)
			}
			f.expectClean(0, 0)
		})
	}
}

// A command that dies while it asks whether an image is used leaves it hidden.
func TestAHiddenImageComesBackIfItIsUsed(t *testing.T) {
	for _, used := range []bool{true, false} {
		f := newFixture(t)
		made := f.importText("app", "x")
		r, err := f.read("app:latest")
		if err := errors.Join(err, f.hide(r)); err != nil {
			t.Fatal(err)
		}
		if used {
			f.use(made, "1234567890")
		}
		f.leave()
		if err := f.Sweep(); err != nil {
			t.Error(err)
		}
		if _, err := f.Resolve("app"); (err == nil) != used {
			t.Errorf("used %v: got %v", used, err)
		}
		if !used {
			f.expectClean(0, 0)
		}
	}
}

// Whoever wants an image that somebody may or may not remove waits until that
// is decided.
func TestAHiddenImageIsWaitedFor(t *testing.T) {
	f := newFixture(t)
	made := f.importText("app", "x")
	r, err := f.read("app:latest")
	if err != nil {
		t.Fatal(err)
	}
	lock, err := f.lock()
	if err := errors.Join(err, f.hide(r)); err != nil {
		t.Fatal(err)
	}
	results := make(chan error, 2)
	go func() { results <- f.Confirm(made) }()
	go func() { _, err := f.Resolve("app"); results <- err }()
	if err := f.show(r); err != nil {
		t.Fatal(err)
	}
	lock.Release()
	for range 2 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
