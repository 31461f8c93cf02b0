package image

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func must(t *testing.T, errs ...error) {
	t.Helper()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestCommit(t *testing.T) {
	f := newFixture(t)
	base := f.importText("base", "below", "ENV A=1")
	upper := t.TempDir()
	must(t, os.MkdirAll(filepath.Join(upper, "etc"), 0o755), os.WriteFile(filepath.Join(upper, "etc/name"), []byte("above"), 0o644))
	made, err := f.Commit("team/app:2", base, upper, `CMD ["/bin/app"]`)
	must(t, err)
	if made.Name != "team/app:2" || f.text(made) != "above" || !slices.Equal(made.Layers[1:], base.Layers) {
		t.Errorf("got %+v", made)
	}
	if made.Size != base.Size+5 || !slices.Equal(made.Config.Env, base.Config.Env) || made.Config.Cmd[0] != "/bin/app" {
		t.Errorf("got %+v", made)
	}
	if found := f.resolve("team/app:2"); found.ID != made.ID {
		t.Errorf("it resolves to %+v", found)
	}
	// The layer is a copy: what the container writes next is not in it.
	must(t, os.WriteFile(filepath.Join(upper, "etc/name"), []byte("later"), 0o644))
	if f.text(made) != "above" {
		t.Error("the layer changed")
	}
	// The layers below stay with the images above them.
	_, err = f.Remove("base")
	must(t, err)
	f.expectClean(1, 2)
	_, err = f.Remove("team/app:2")
	must(t, err)
	f.expectClean(0, 0)
}

// TestCommitOverTheOwnImage gives the new image the name of the one below.
func TestCommitOverTheOwnImage(t *testing.T) {
	f := newFixture(t)
	base := f.importText("app", "x")
	f.use(base, "1234567890")
	made, err := f.Commit("app", base, t.TempDir())
	must(t, err)
	if found := f.resolve("app"); found.ID != made.ID || len(found.Layers) != 2 {
		t.Errorf("got %+v", found)
	}
	must(t, f.Confirm(base), f.Confirm(made))
}

func TestCommitRefuses(t *testing.T) {
	f := newFixture(t)
	base := f.importText("base", "x")
	many := base
	many.Layers = slices.Repeat(base.Layers, MostLayers)
	elsewhere := base
	elsewhere.Layers = []string{"/somewhere/else/0123"}
	lost := base
	lost.Layers = []string{f.layerPath("0123456789abcdef0123456789abcdef")}
	for says, attempt := range map[string]func() (Image, error){
		"lower case":       func() (Image, error) { return f.Commit("App", base, t.TempDir()) },
		"the instruction":  func() (Image, error) { return f.Commit("app", base, t.TempDir(), "RUN x") },
		"127 layers":       func() (Image, error) { return f.Commit("app", many, t.TempDir()) },
		"not in the store": func() (Image, error) { return f.Commit("app", elsewhere, t.TempDir()) },
		"is gone":          func() (Image, error) { return f.Commit("app", lost, t.TempDir()) },
		"no such file":     func() (Image, error) { return f.Commit("app", base, "/no/such/directory") },
	} {
		if _, err := attempt(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("got %v, want an error with %q", err, says)
		}
		f.expectClean(1, 1)
	}
}

// overlay mounts layers, with an upper directory unless it is empty, and gives
// the place. Its thread has a mount namespace of its own and ends with the test.
func overlay(t *testing.T, layers []string, upper string) string {
	t.Helper()
	target := t.TempDir()
	options := "lowerdir=" + strings.Join(layers, ":")
	if upper != "" {
		options += ",upperdir=" + upper + ",workdir=" + t.TempDir() + ",index=off,redirect_dir=nofollow,metacopy=off"
	}
	must(t, unix.Mount("overlay", target, "overlay", 0, options))
	t.Cleanup(func() { unix.Unmount(target, unix.MNT_DETACH) })
	return target
}

// TestCommittedLayersGiveTheSameTree changes a root file system in all the
// ways that an overlay has marks for, and compares what a container sees before
// and after a commit.
func TestCommittedLayersGiveTheSameTree(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread()
	must(t, unix.Unshare(unix.CLONE_NEWNS), unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""))
	f := newFixture(t)
	base, err := f.Import(bytes.NewReader(baseArchive(t)), "base")
	must(t, err)
	upper := t.TempDir()
	merged := overlay(t, base.Layers, upper)
	at := func(name string) string { return filepath.Join(merged, name) }
	must(t,
		os.Remove(at("file")),         // a whiteout
		os.RemoveAll(at("directory")), // an opaque directory
		os.Mkdir(at("directory"), 0o700),
		os.WriteFile(at("directory/new"), []byte("new"), 0o600),
		os.RemoveAll(at("gone")),
		os.WriteFile(at("changed"), []byte("changed"), 0o644),
		os.Chmod(at("changed"), 0o755|os.ModeSetuid),
		os.Rename(at("moved"), at("there")),
		os.Link(at("changed"), at("linked")),
		os.Symlink("/etc/shadow", at("link")),
		os.Lchown(at("link"), 12, 34),
		unix.Mkfifo(at("fifo"), 0o600),
		unix.Setxattr(at("changed"), "user.note", []byte("kept"), 0),
		os.Remove(at("replaced")), os.Mkdir(at("replaced"), 0o711),
		os.Chmod(merged, 0o751),
	)
	want := describe(t, merged)
	made, err := f.Commit("app", base, upper)
	must(t, err)
	if got := describe(t, overlay(t, made.Layers, "")); got != want {
		t.Errorf("before the commit there was\n%s\nafter it there is\n%s", want, got)
	}
	if got := describe(t, overlay(t, made.Layers, t.TempDir())); !strings.Contains(got, "there") || strings.Contains(got, "gone") {
		t.Errorf("with an upper directory there is\n%s", got)
	}
	// A second commit, of nothing but a removal.
	upper = t.TempDir()
	must(t, os.RemoveAll(filepath.Join(overlay(t, made.Layers, upper), "directory")))
	made, err = f.Commit("app", made, upper)
	must(t, err)
	got := describe(t, overlay(t, made.Layers, ""))
	if strings.Contains(got, "directory") || !strings.Contains(got, "changed") || len(made.Layers) != 3 {
		t.Errorf("after the second commit there is\n%s", got)
	}
}
