package image

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// fixture is a store in directories of the test, and who uses its images.
type fixture struct {
	*Store
	t     *testing.T
	users Users
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, users: Users{}}
	base := t.TempDir()
	directory := filepath.Join(base, "image")
	f.Store = Open(directory, filepath.Join(base, "locks", "image"), func() (Users, error) { return f.users, nil })
	if err := os.Mkdir(directory, 0o755); err != nil { // as a person would
		t.Fatal(err)
	}
	return f
}

// rootfs gives an archive with one file, "etc/name", that holds text.
func rootfs(t testing.TB, text string) []byte {
	t.Helper()
	var buffer bytes.Buffer
	w := tar.NewWriter(&buffer)
	header := tar.Header{Name: "etc/name", Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text)), Uid: os.Geteuid(), Gid: os.Getegid()}
	err := w.WriteHeader(&header)
	if err == nil {
		_, err = w.Write([]byte(text))
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}

func (f *fixture) importText(name, text string, changes ...string) Image {
	f.t.Helper()
	made, err := f.Import(bytes.NewReader(rootfs(f.t, text)), name, changes...)
	if err != nil {
		f.t.Fatal(err)
	}
	return made
}

func (f *fixture) resolve(name string) Image {
	f.t.Helper()
	found, err := f.Resolve(name)
	if err != nil {
		f.t.Fatal(err)
	}
	return found
}

// drop puts an archive where a person would.
func (f *fixture) drop(file, text string) string {
	f.t.Helper()
	path := filepath.Join(f.directory, file)
	if err := os.WriteFile(path, rootfs(f.t, text), 0o644); err != nil {
		f.t.Fatal(err)
	}
	return path
}

// use records that a container uses an image.
func (f *fixture) use(i Image, container string) {
	for _, key := range append([]string{i.ID}, i.Layers...) {
		f.users[key] = append(f.users[key], container)
	}
}

// text gives what stands in an image's top layer.
func (f *fixture) text(i Image) string {
	f.t.Helper()
	data, err := os.ReadFile(filepath.Join(i.Layers[0], "etc/name"))
	if err != nil {
		f.t.Error(err)
	}
	return string(data)
}

// expectClean checks that the store holds so many records and layers, and no
// leftovers.
func (f *fixture) expectClean(records, layers int) {
	f.t.Helper()
	for directory, want := range map[string]int{f.recordDirectory(): records, f.layerDirectory(): layers} {
		names, err := readNames(directory)
		if err != nil {
			f.t.Error(err)
		}
		if len(names) != want {
			f.t.Errorf("%q holds %q, want %d", directory, names, want)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestImport(t *testing.T) {
	f := newFixture(t)
	made := f.importText("busybox", "hello")
	if made.Name != "busybox:latest" || len(made.ID) != 64 || !isHex(made.ID) || made.Size != 5 || len(made.Layers) != 1 {
		t.Errorf("got %+v", made)
	}
	if time.Since(made.Created) > time.Minute {
		t.Errorf("it was made at %v", made.Created)
	}
	if got := strings.Join(made.Config.Cmd, " "); got != "/bin/sh" {
		t.Errorf("it runs %q", got)
	}
	for _, name := range []string{"busybox", "busybox:latest", "docker.io/library/busybox", made.ID, made.ShortID(), made.ID[:5], "sha256:" + made.ID} {
		if found := f.resolve(name); found.ID != made.ID || f.text(found) != "hello" {
			t.Errorf("%q: got %+v", name, found)
		}
	}
	f.expectClean(1, 1)
}

func TestImportKeepsTheStoreToItself(t *testing.T) {
	f := newFixture(t)
	made := f.importText("busybox", "hello")
	for _, path := range []string{f.recordDirectory(), f.layerDirectory()} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%q: %v %v", path, info.Mode(), err)
		}
	}
	if info, err := os.Stat(made.Layers[0]); err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("the root directory: %v %v", info.Mode(), err)
	}
	if info, err := os.Stat(f.recordPath(made.Name, "")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the record: %v %v", info.Mode(), err)
	}
}

func TestImportReplaces(t *testing.T) {
	f := newFixture(t)
	first := f.importText("app", "one")
	second := f.importText("app:latest", "two")
	if first.ID == second.ID || f.text(f.resolve("app")) != "two" {
		t.Error("the name leads to the old image")
	}
	if exists(first.Layers[0]) {
		t.Error("the old layer is still there")
	}
	f.expectClean(1, 1)
}

func TestTagSharesTheLayers(t *testing.T) {
	f := newFixture(t)
	one := f.importText("one", "same")
	other, err := f.Tag(one.ShortID(), "team/other:x")
	if err != nil || other.ID != one.ID || other.Layers[0] != one.Layers[0] || other.Name != "team/other:x" {
		t.Errorf("got %+v, %v", other, err)
	}
	if _, err := f.Remove("one"); err != nil {
		t.Fatal(err)
	}
	if f.text(f.resolve("team/other:x")) != "same" {
		t.Error("the other name lost its layer")
	}
	f.expectClean(1, 1)
	// The name of another image moves, and that one goes.
	f.importText("third", "x")
	if _, err := f.Tag("team/other:x", "third"); err != nil || f.resolve("third").ID != one.ID {
		t.Errorf("the name did not move: %v", err)
	}
	f.expectClean(2, 1)
}

func TestFailedImportLeavesTheOldImage(t *testing.T) {
	f := newFixture(t)
	old := f.importText("app", "old")
	whole := rootfs(t, strings.Repeat("new", 1000))
	for name, source := range map[string]io.Reader{
		"cut short": bytes.NewReader(whole[:1000]),
		"garbage":   strings.NewReader(strings.Repeat("garbage", 1000)),
		"nothing":   strings.NewReader(""),
	} {
		if _, err := f.Import(source, "app"); err == nil || !strings.HasPrefix(err.Error(), `importing image "app": `) {
			t.Errorf("%s: got %v", name, err)
		}
		if f.resolve("app").ID != old.ID {
			t.Errorf("%s: the old image is gone", name)
		}
		f.expectClean(1, 1)
	}
}

// Who resolves an image that others replace or remove gets the old one, the
// new one or none, and is not told that it is damaged.
func TestResolveWhileOthersChangeTheImage(t *testing.T) {
	f := newFixture(t)
	f.importText("replaced", "text")
	var done atomic.Bool
	var others sync.WaitGroup
	others.Go(func() {
		defer done.Store(true)
		for range 100 {
			f.importText("replaced", "text")
			f.importText("removed", "text")
			if _, err := f.Remove("removed"); err != nil {
				t.Error(err)
			}
		}
	})
	for !done.Load() {
		if _, err := f.Resolve("replaced"); err != nil {
			t.Errorf("replaced: got %v", err)
		}
		var missing *NotFoundError
		if _, err := f.Resolve("removed"); err != nil && !errors.As(err, &missing) {
			t.Errorf("removed: got %v", err)
		}
	}
	others.Wait()
}

func TestBadInputChangesNothing(t *testing.T) {
	f := newFixture(t)
	for _, test := range []struct{ name, change string }{
		{"Bad Name", ""}, {"", ""}, {"../x", ""}, {"app", "RUN make"}, {"app", "EXPOSE 0"}, {"app", "CMD [1]"}, {"app", "ENV"},
	} {
		var changes []string
		if test.change != "" {
			changes = append(changes, test.change)
		}
		if _, err := f.Import(bytes.NewReader(rootfs(t, "x")), test.name, changes...); err == nil {
			t.Errorf("%q with %q: no error", test.name, test.change)
		}
	}
	if names, err := readNames(f.directory); err != nil || len(names) > 0 {
		t.Errorf("the store holds %q, %v", names, err)
	}
}

func TestNotFound(t *testing.T) {
	f := newFixture(t)
	f.importText("busybox", "x")
	var missing *NotFoundError
	_, err := f.Resolve("busybo")
	if !errors.As(err, &missing) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{`finding image "busybo": no such image`, "mydocker image import FILE busybo", "busybo.tar into " + f.directory} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	for _, find := range []func(string) (Image, error){f.Get, f.Resolve} {
		for _, name := range []string{"none", "team/none", "busybox:other", "abc", strings.Repeat("ab", 32)} {
			if _, err := find(name); !errors.As(err, &missing) {
				t.Errorf("%q: got %v", name, err)
			}
		}
		var refused *ReferenceError
		if _, err := find("Busybox"); !errors.As(err, &refused) {
			t.Errorf("got %v, want the reason why it is no name", err)
		}
	}
}

func TestAmbiguousPrefix(t *testing.T) {
	f := newFixture(t)
	for i := range 17 { // two of them start with the same digit
		f.importText("app:"+string(rune('a'+i)), "x")
	}
	var ambiguous *AmbiguousError
	for _, digit := range "0123456789abcdef" {
		if _, err := f.Get(string(digit)); errors.As(err, &ambiguous) {
			if len(ambiguous.IDs) < 2 {
				t.Errorf("got %+v", ambiguous)
			}
			return
		}
	}
	t.Error("no prefix was ambiguous")
}

func TestList(t *testing.T) {
	f := newFixture(t)
	if images, err := f.List(); err != nil || len(images) > 0 {
		t.Errorf("an empty store: %v, %v", images, err)
	}
	f.importText("one", "1")
	f.importText("team/two:x", "2")
	f.drop("three.tar", "3")
	f.drop("No Name.tar", "4")
	if err := os.Chtimes(filepath.Join(f.directory, "three.tar"), time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	images, err := f.List()
	if err != nil || len(images) != 3 {
		t.Fatalf("got %v, %v", images, err)
	}
	for i, want := range []string{"team/two:x", "one:latest", "three:latest"} { // the newest first
		if images[i].Name != want || images[i].Unpacked() == (want == "three:latest") {
			t.Errorf("at %d: got %+v, want %s", i, images[i], want)
		}
	}
	if exists(filepath.Join(f.layerDirectory(), "three")) {
		t.Error("listing unpacked an archive")
	}
}
