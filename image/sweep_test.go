package image

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mydocker/state"
)

// leave makes what a killed command leaves: a stage that nobody holds.
func (f *fixture) leave(files ...string) string {
	f.t.Helper()
	path := filepath.Join(f.layerDirectory(), stagePrefix+"dead")
	if err := os.MkdirAll(path, 0o700); err != nil {
		f.t.Fatal(err)
	}
	for _, file := range files {
		full := filepath.Join(path, file)
		if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o700), os.WriteFile(full, nil, 0o600)); err != nil {
			f.t.Fatal(err)
		}
	}
	return path
}

func TestSweep(t *testing.T) {
	f := newFixture(t)
	if err := f.Sweep(); err != nil {
		t.Error(err)
	}
	f.importText("app", "x")
	f.leave("rootfs/etc/half", "retired-1/etc/old")
	orphan := f.layerPath("0123456789abcdef0123456789abcdef")
	half := filepath.Join(f.recordDirectory(), ".tmp-123")
	if err := errors.Join(os.Mkdir(orphan, 0o755), os.WriteFile(half, []byte("{"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if err := f.Sweep(); err != nil {
		t.Error(err)
	}
	f.expectClean(1, 1)
}

func TestTheNextImportSweeps(t *testing.T) {
	f := newFixture(t)
	f.leave("rootfs/etc/half")
	f.importText("app", "x")
	f.expectClean(1, 1)
	f.leave("rootfs/etc/half")
	f.drop("other.tar", "y")
	f.resolve("other")
	f.expectClean(2, 2)
	f.leave("rootfs/etc/half")
	if _, err := f.Remove("other"); err != nil {
		t.Error(err)
	}
	f.expectClean(1, 1)
}

func TestSweepSparesTheLiving(t *testing.T) {
	f := newFixture(t)
	path := f.leave("rootfs/etc/half")
	held, err := holdDirectory(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Sweep(); err != nil || !exists(filepath.Join(path, "rootfs/etc/half")) {
		t.Errorf("somebody's work is gone: %v", err)
	}
	held.Close()
	if err := f.Sweep(); err != nil || exists(path) {
		t.Errorf("a leftover is still there: %v", err)
	}
}

func TestSweepDoesNotWait(t *testing.T) {
	f := newFixture(t)
	path := f.leave()
	lock, err := state.Acquire(f.lockPath, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	began := time.Now()
	if err := f.Sweep(); err != nil || time.Since(began) > 5*time.Second {
		t.Errorf("it took %v: %v", time.Since(began), err)
	}
	if !exists(path) {
		t.Error("something was removed without the lock")
	}
}

// TestLayerOfAVanishedRecord stays while a container uses it.
func TestLayerOfAVanishedRecord(t *testing.T) {
	f := newFixture(t)
	made := f.importText("app", "x")
	f.use(made, "1234567890")
	if err := os.Remove(f.recordPath(made.Name, "")); err != nil {
		t.Fatal(err)
	}
	f.leave()
	if err := f.Sweep(); err != nil || !exists(made.Layers[0]) {
		t.Errorf("the layer of a container is gone: %v", err)
	}
	clear(f.users)
	f.leave()
	if err := f.Sweep(); err != nil || exists(made.Layers[0]) {
		t.Errorf("the layer is still there: %v", err)
	}
}

// TestKilledImport kills a process in the middle of an import, and shows that
// nothing of it is left after the next sweep.
func TestKilledImport(t *testing.T) {
	if directory := os.Getenv("IMAGE_TEST_IMPORT_INTO"); directory != "" {
		store := Open(directory, directory+".lock", nil)
		_, _ = store.Import(os.Stdin, "app")
		return
	}
	f := newFixture(t)
	f.Store.lockPath = f.directory + ".lock"
	child := exec.Command(os.Args[0], "-test.run=^TestKilledImport$")
	child.Env = append(os.Environ(), "IMAGE_TEST_IMPORT_INTO="+f.directory)
	input, err := child.StdinPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	// More than is read ahead, and less than the whole.
	whole := rootfs(t, strings.Repeat("0123456789", 1<<20))
	if _, err := io.Copy(input, bytes.NewReader(whole[:len(whole)/2])); err != nil {
		t.Fatal(err)
	}
	waitFor(t, func() bool {
		found, _ := filepath.Glob(filepath.Join(f.layerDirectory(), stagePrefix+"*", "rootfs/etc/name"))
		return len(found) > 0
	})
	if err := f.Sweep(); err != nil {
		t.Error(err)
	}
	if stages, err := f.stages(); err != nil || len(stages) != 1 {
		t.Errorf("an import at work was swept away: %v %v", stages, err)
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	if err := f.Sweep(); err != nil {
		t.Error(err)
	}
	f.expectClean(0, 0)
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("nothing happened for 20 seconds")
		}
	}
}
