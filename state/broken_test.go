package state

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type counted struct {
	Version int    `json:"version"`
	Name    string `json:"name"`
}

func (c *counted) FormatVersion() (version, known int) { return c.Version, 2 }

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEveryKindOfBrokenFileIsTold(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	for name, test := range map[string]struct {
		content        string
		corrupt, newer bool
	}{
		"whole":                      {content: `{"version":2,"name":"web"}`},
		"older":                      {content: `{"name":"web"}`},
		"empty":                      {content: "", corrupt: true},
		"blank":                      {content: " \n", corrupt: true},
		"truncated":                  {content: `{"version":2,"na`, corrupt: true},
		"filled with NUL":            {content: strings.Repeat("\x00", 300), corrupt: true},
		"of another type":            {content: `{"version":2,"name":7}`, corrupt: true},
		"newer":                      {content: `{"version":3,"name":"web"}`, newer: true},
		"newer, and of another type": {content: `{"version":3,"name":{"first":"web"}}`, newer: true},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, path, test.content)
			err := Read(path, &counted{})
			if got := errors.As(err, new(*CorruptError)); got != test.corrupt {
				t.Errorf("corrupt is %t: %v", got, err)
			}
			if got := errors.As(err, new(*NewerError)); got != test.newer {
				t.Errorf("newer is %t: %v", got, err)
			}
			if (err != nil) != (test.corrupt || test.newer) || err != nil && !strings.Contains(err.Error(), path) {
				t.Errorf("error %v", err)
			}
		})
	}
	if err := Read(filepath.Dir(path), &counted{}); !errors.As(err, new(*CorruptError)) {
		t.Errorf("a directory in the place of a file: %v", err)
	}
}

func TestWhatIsSetAsideIsKept(t *testing.T) {
	layout := Layout{Root: t.TempDir(), RunRoot: t.TempDir()}
	path := filepath.Join(layout.Root, "state.json")
	var places []string
	for _, content := range []string{"first", "second"} {
		write(t, path, content)
		place, err := layout.SetAside(path, "network-testbr")
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, place)
		if kept, _ := os.ReadFile(place); string(kept) != content || Exists(path) {
			t.Errorf("%q holds %q; the original is there: %t", place, kept, Exists(path))
		}
	}
	if places[0] == places[1] || !strings.HasPrefix(places[1], layout.Aside()+"/network-testbr-") {
		t.Errorf("set aside as %q", places)
	}
	if _, err := layout.SetAside(path, "network-testbr"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("setting nothing aside: %v", err)
	}
}

func TestWhatIsSetAsideMayComeFromAnotherFileSystem(t *testing.T) {
	elsewhere, err := os.MkdirTemp("/dev/shm", "mydocker")
	if err != nil {
		t.Skip(err)
	}
	defer os.RemoveAll(elsewhere)
	layout := Layout{Root: t.TempDir(), RunRoot: elsewhere}
	path := filepath.Join(elsewhere, "live.json")
	write(t, path, "half")
	place, err := layout.SetAside(path, "live")
	if err != nil {
		t.Fatal(err)
	}
	if kept, _ := os.ReadFile(place); string(kept) != "half" || Exists(path) {
		t.Errorf("%q holds %q; the original is there: %t", place, kept, Exists(path))
	}
}

func TestOnlyWhatNobodyHoldsIsLeftOver(t *testing.T) {
	directory := t.TempDir()
	left, visible := filepath.Join(directory, ".a.json.new"), filepath.Join(directory, "b.json")
	write(t, left, "half")
	write(t, visible, "{}")
	held, err := acquire(filepath.Join(directory, ".c.json.new"), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	found, err := Leftovers(directory)
	if err != nil || !slices.Equal(found, []string{left}) {
		t.Errorf("found %q, %v", found, err)
	}
	if busy, err := Held(held.file.Name()); !busy || err != nil {
		t.Errorf("held: %t, %v", busy, err)
	}
	for _, path := range []string{left, held.file.Name(), filepath.Join(directory, "nothing")} {
		if err := RemoveLeftover(path); err != nil {
			t.Error(err)
		}
	}
	if Exists(left) || !Exists(held.file.Name()) || Exists(filepath.Join(directory, "nothing")) {
		t.Error("what stayed is not what somebody holds")
	}
	if found, err := DeadLocks(filepath.Join(directory, "nowhere")); len(found) > 0 || err != nil {
		t.Errorf("a directory that is not there: %q, %v", found, err)
	}
}
