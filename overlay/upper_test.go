package overlay

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mydocker/internal/members"
	"mydocker/resource"
)

// newUpper gives a writable layer in a directory of the test, above a root
// directory of mode 0711.
func newUpper(t *testing.T) *Upper {
	t.Helper()
	lower := filepath.Join(t.TempDir(), "lower")
	if err := os.Mkdir(lower, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(lower, 0o711); err != nil {
		t.Fatal(err)
	}
	return &Upper{Directory: filepath.Join(t.TempDir(), "a container", "layer"), Lower: lower}
}

func state(t *testing.T, u *Upper) resource.State {
	t.Helper()
	status, err := u.Check()
	if err != nil {
		t.Fatal(err)
	}
	return status.State
}

func TestUpperComesAndGoes(t *testing.T) {
	u := newUpper(t)
	if got := state(t, u); got != resource.Absent {
		t.Errorf("before Create: %s", got)
	}
	for range 2 { // the second time finds all there
		if err := u.Create(); err != nil {
			t.Fatal(err)
		}
		if got := state(t, u); got != resource.Present {
			t.Errorf("after Create: %s", got)
		}
	}
	for range 2 {
		if err := u.Remove(); err != nil {
			t.Fatal(err)
		}
		if got := state(t, u); got != resource.Absent {
			t.Errorf("after Remove: %s", got)
		}
	}
	if _, err := os.Lstat(u.Directory); !os.IsNotExist(err) {
		t.Errorf("the directory is still there: %v", err)
	}
}

func TestUpperTakesAfterTheImage(t *testing.T) {
	u := newUpper(t)
	wantOwner := uint32(os.Geteuid())
	if wantOwner == 0 {
		wantOwner = 1234
		if err := os.Chown(u.Lower, 1234, 5678); err != nil {
			t.Fatal(err)
		}
	}
	if err := u.Create(); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(u.UpperDirectory())
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o711 || info.Sys().(*syscall.Stat_t).Uid != wantOwner {
		t.Errorf("the upper directory has mode %v and owner %d", info.Mode(), info.Sys().(*syscall.Stat_t).Uid)
	}
}

// TestUpperIsFinishedAfterACrash makes what a crash between two steps leaves.
func TestUpperIsFinishedAfterACrash(t *testing.T) {
	u := newUpper(t)
	if err := os.MkdirAll(u.UpperDirectory(), 0o700); err != nil {
		t.Fatal(err)
	}
	if got := state(t, u); got != resource.Altered {
		t.Errorf("half made: %s", got)
	}
	if err := u.Create(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(u.UpperDirectory()); err != nil || info.Mode().Perm() != 0o711 {
		t.Errorf("the upper directory has not got the image's mode: %v %v", info, err)
	}
}

func TestUpperKeepsWhatAContainerChanged(t *testing.T) {
	u := newUpper(t)
	if err := u.Create(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(u.UpperDirectory(), 0o500); err != nil {
		t.Fatal(err)
	}
	if err := u.Create(); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(u.UpperDirectory()); info.Mode().Perm() != 0o500 {
		t.Errorf("Create changed the mode of a container's root directory to %v", info.Mode())
	}
}

func TestUpperLeavesOthersAlone(t *testing.T) {
	u := newUpper(t)
	outside := t.TempDir()
	if err := os.MkdirAll(u.Directory, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, u.UpperDirectory()); err != nil {
		t.Fatal(err)
	}
	var foreign *resource.ForeignError
	if err := u.Create(); !errors.As(err, &foreign) {
		t.Errorf("a link in the place of the directory: got %v, want a ForeignError", err)
	}
	if got := state(t, u); got != resource.Altered {
		t.Errorf("a link in the place of the directory is %s", got)
	}
	if entries, err := os.ReadDir(outside); err != nil || len(entries) > 0 {
		t.Errorf("something was written behind the link: %v %v", entries, err)
	}
}

func TestRemoveLeavesTheRecordBeside(t *testing.T) {
	u := newUpper(t)
	if err := u.Create(); err != nil {
		t.Fatal(err)
	}
	record := filepath.Join(u.Directory, "config.json")
	if err := os.WriteFile(record, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := u.Remove(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(record); err != nil {
		t.Errorf("a file beside the layer is gone: %v", err)
	}
}

func TestUpperSurvivesTheJournal(t *testing.T) {
	u := newUpper(t)
	u.Volatile = true
	journal, err := resource.Encode(resource.Set{u})
	if err != nil {
		t.Fatal(err)
	}
	set, err := journal.Decode(func(kind string) resource.Resource {
		if kind != UpperKind {
			return nil
		}
		return &Upper{}
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := set[0].(*Upper); *got != *u {
		data, _ := members.Marshal(got)
		t.Errorf("read back %s", data)
	}
}

// TestExplainedLinesDoTheSame runs what Explain prints.
func TestExplainedLinesDoTheSame(t *testing.T) {
	u := newUpper(t)
	steps := u.Explain()
	run := func(lines []string) {
		t.Helper()
		script := strings.Join(append([]string{"set -e"}, lines...), "\n")
		if output, err := exec.Command("sh", "-c", script).CombinedOutput(); err != nil {
			t.Fatalf("%s\n%v\n%s", script, err, output)
		}
	}
	run(steps.Create)
	if got := state(t, u); got != resource.Present {
		t.Errorf("after the lines for Create: %s", got)
	}
	if info, err := os.Stat(u.UpperDirectory()); err != nil || info.Mode().Perm() != 0o711 {
		t.Errorf("the upper directory has not got the image's mode: %v %v", info, err)
	}
	run(steps.Remove)
	if got := state(t, u); got != resource.Absent {
		t.Errorf("after the lines for Remove: %s", got)
	}
}
