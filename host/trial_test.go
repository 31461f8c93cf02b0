package host

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
)

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestWhatAKilledTrialLeftIsFoundAndMadeUseOf(t *testing.T) {
	root := t.TempDir()
	left := trialPath(root)
	if err := os.MkdirAll(filepath.Join(left, "work", "work"), 0o700); err != nil {
		t.Fatal(err)
	}
	if found, err := LeftTrial(root); found != left || err != nil {
		t.Errorf("%q is found, %v", found, err)
	}
	err := inTrial(left, func() error {
		if found, err := LeftTrial(root); found != "" || err != nil {
			t.Errorf("%q is found while it is used, %v", found, err)
		}
		return os.Mkdir(filepath.Join(left, "work"), 0o700)
	})
	if err != nil || isThere(left) {
		t.Errorf("the directory is still there, or %v", err)
	}
}

func TestALeftTrialIsRemoved(t *testing.T) {
	root := t.TempDir()
	if err := os.Mkdir(trialPath(root), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := RemoveLeftTrial(root); err != nil || isThere(trialPath(root)) {
			t.Errorf("the directory is still there, or %v", err)
		}
	}
}

func TestOneTrialAtATime(t *testing.T) {
	path := trialPath(t.TempDir())
	var all sync.WaitGroup
	var going atomic.Int32
	for range 20 {
		all.Go(func() {
			err := inTrial(path, func() error {
				defer going.Add(-1)
				if going.Add(1) > 1 {
					t.Error("two at a time")
				}
				return os.Mkdir(filepath.Join(path, "upper"), 0o700)
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if isThere(path) {
		t.Error("the directory is still there")
	}
}

// Where everybody can write, somebody may have made what has the name.
func TestATrialKeepsOffWhatOthersMade(t *testing.T) {
	for name, trap := range map[string]func(outside, path string) error{
		"symbolic link": os.Symlink,
		"file":          func(_, path string) error { return os.WriteFile(path, nil, 0o600) },
		"another user's": func(_, path string) error {
			return errors.Join(os.Mkdir(path, 0o777), os.Chown(path, 1, 1))
		},
	} {
		if name == "another user's" && os.Geteuid() != 0 {
			continue
		}
		outside, path := t.TempDir(), trialPath(t.TempDir())
		precious := filepath.Join(outside, "upper")
		if err := errors.Join(os.Mkdir(precious, 0o700), trap(outside, path)); err != nil {
			t.Fatal(err)
		}
		if err := tryOverlay(filepath.Dir(path)); !errors.Is(err, errInTheWay) || !isThere(path) || !isThere(precious) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
