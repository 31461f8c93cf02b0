package overlay

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/internal/tree"
)

// privateMounts gives the test a mount namespace of its own. Its thread ends
// with the test.
func privateMounts(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	runtime.LockOSThread()
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		t.Fatal(err)
	}
}

// byFsconfig mounts with each option set on its own.
func byFsconfig(m specs.Mount, target string) error {
	context, err := unix.Fsopen(m.Type, unix.FSOPEN_CLOEXEC)
	if err != nil {
		return err
	}
	defer unix.Close(context)
	for _, option := range m.Options {
		key, value, found := strings.Cut(option, "=")
		if found {
			err = unix.FsconfigSetString(context, key, value)
		} else {
			err = unix.FsconfigSetFlag(context, key)
		}
		if err != nil {
			return err
		}
	}
	if err := unix.FsconfigCreate(context); err != nil {
		return err
	}
	mount, err := unix.Fsmount(context, unix.FSMOUNT_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(mount)
	return unix.MoveMount(mount, "", unix.AT_FDCWD, target, unix.MOVE_MOUNT_F_EMPTY_PATH)
}

// byMount mounts with all options in one string.
func byMount(m specs.Mount, target string) error {
	return unix.Mount(m.Source, target, m.Type, 0, strings.Join(m.Options, ","))
}

func makeLayer(t *testing.T, path, file string) string {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, file), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheKernelTakesTheOptions(t *testing.T) {
	privateMounts(t)
	ways := map[string]func(specs.Mount, string) error{"fsconfig": byFsconfig, "mount": byMount}
	for _, name := range []string{"plain", "co,mma", "co:lon", `ba\ck`, `all,:\of them`} {
		for way, mount := range ways {
			t.Run(name+" by "+way, func(t *testing.T) { // on the same thread
				if way == "fsconfig" && strings.Contains(name, ",") && !hasLowerPlus() {
					t.Skip("before 6.5 fsconfig(2) takes no comma; mount(2) is used there")
				}
				privateMounts(t)
				testMount(t, filepath.Join(t.TempDir(), name), mount)
			})
		}
	}
}

func testMount(t *testing.T, base string, mount func(specs.Mount, string) error) {
	lower := []string{makeLayer(t, base+"/one", "first"), makeLayer(t, base+"/two", "second")}
	u := &Upper{Directory: base + "/layer", Lower: lower[0]}
	if err := u.Create(); err != nil {
		t.Fatal(err)
	}
	target := t.TempDir()
	if err := mount(Mount(lower, u), target); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(target, unix.MNT_DETACH)
	for _, file := range []string{"first", "second"} {
		if _, err := os.Stat(filepath.Join(target, file)); err != nil {
			t.Error(err)
		}
	}
	if err := os.Remove(filepath.Join(target, "second")); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(u.UpperDirectory(), "second")); err != nil {
		t.Errorf("the upper directory has no whiteout: %v", err)
	}
}

func TestManyLayersMount(t *testing.T) {
	privateMounts(t)
	if !hasLowerPlus() {
		t.Skip("needs a kernel from 6.8 on")
	}
	base := t.TempDir()
	var lower []string
	for _, name := range manyLayers(127, 40) {
		lower = append(lower, makeLayer(t, base+name, filepath.Base(name)))
	}
	u := &Upper{Directory: base + "/layer", Lower: lower[0]}
	if err := u.Create(); err != nil {
		t.Fatal(err)
	}
	m := Mount(lower, u)
	if err := CheckLimit(m); err != nil {
		t.Fatal(err)
	}
	target := t.TempDir()
	if err := byFsconfig(m, target); err != nil {
		t.Fatal(err)
	}
	defer unix.Unmount(target, unix.MNT_DETACH)
	if entries, err := os.ReadDir(target); err != nil || len(entries) != len(lower) {
		t.Errorf("got %d entries, want one from each of %d layers: %v", len(entries), len(lower), err)
	}
}

// TestRemoveAfterUse removes a layer with what the kernel leaves in the work
// directory, and refuses while something is mounted in it.
func TestRemoveAfterUse(t *testing.T) {
	privateMounts(t)
	base, target := t.TempDir(), t.TempDir()
	lower := []string{makeLayer(t, base+"/one", "first")}
	u := &Upper{Directory: base + "/layer", Lower: lower[0], Volatile: true}
	if err := u.Create(); err != nil {
		t.Fatal(err)
	}
	if err := byFsconfig(Mount(lower, u), target); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(target, "first"), filepath.Join(target, "renamed")); err != nil {
		t.Error(err)
	}
	if err := unix.Unmount(target, 0); err != nil {
		t.Fatal(err)
	}
	point := filepath.Join(u.UpperDirectory(), "point")
	if err := os.Mkdir(point, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount(lower[0], point, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	var mounted *tree.MountPointError
	if err := u.Remove(); !errors.As(err, &mounted) {
		t.Errorf("with a mount inside: got %v, want a MountPointError", err)
	}
	if err := unix.Unmount(point, 0); err != nil {
		t.Fatal(err)
	}
	if err := u.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(lower[0], "first")); err != nil {
		t.Errorf("the layer below has lost a file: %v", err)
	}
}
