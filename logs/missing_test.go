package logs

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"
	"time"
)

func TestLinesOfAnEarlierRunCount(t *testing.T) {
	w, path := create(t, 300, 3)
	got, follow := follower(t, path)
	number(t, w, 0, 40)
	for first := 40; first < 200; first += 20 {
		w.Close()
		var err error
		if w, err = Create(path, 300, 3); err != nil {
			t.Fatal(err)
		}
		number(t, w, first, first+20)
	}
	w.Close()
	follow()
	if lost := checkNumbered(t, *got, 200); lost == 0 {
		t.Error("nothing was lost: the test tries nothing")
	}
}

// A monitor may end between a rotation and the first line of the new file.
func TestLinesBeforeAnEmptyFileCount(t *testing.T) {
	w, path := create(t, 300, 3)
	number(t, w, 0, 40)
	if err := w.rotate(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	again, err := Create(path, 300, 3)
	if err != nil {
		t.Fatal(err)
	}
	number(t, again, 40, 80)
	again.Close()
	checkNumbered(t, entries(t, path, Selection{Tail: -1}), 80)
}

func TestReaderSaysFirstWhatWasRotatedAway(t *testing.T) {
	w, path := create(t, 300, 3)
	start := time.Now()
	number(t, w, 0, 100)
	w.Close()
	all := entries(t, path, Selection{Tail: -1})
	if all[0].Stream != Stderr || checkNumbered(t, all, 100) == 0 {
		t.Fatalf("the first entry is %q", all[0].Text())
	}
	for name, test := range map[string]struct {
		selection Selection
		want      int
	}{
		"the last line":            {Selection{Tail: 1}, 1},
		"all lines that are there": {Selection{Tail: len(all) - 1}, len(all) - 1},
		"more than there are":      {Selection{Tail: 1000}, len(all)},
		"from before":              {Selection{Tail: -1, Since: start}, len(all)},
		"since a line":             {Selection{Tail: -1, Since: all[2].Time}, len(all) - 2},
		"until they had gone":      {Selection{Tail: -1, Until: start}, 1},
		"since later":              {Selection{Tail: -1, Since: time.Now().Add(time.Hour)}, 0},
	} {
		if got := entries(t, path, test.selection); len(got) != test.want {
			t.Errorf("%s: got %d entries, want %d", name, len(got), test.want)
		}
	}
}

// A log of a mydocker that did not count yet: nothing is said that is not known.
func TestFilesWithoutCountAreTakenAsTheyAre(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	line := func(i int) []byte { return fmt.Appendf(nil, `{"log":"line %d\n","stream":"stdout"}`+"\n", i) }
	put(t, numbered(path, 1), bytes.Join([][]byte{line(0), line(1), line(2)}, nil))
	put(t, path, line(3))
	w, err := Create(path, 150, 3)
	if err != nil {
		t.Fatal(err)
	}
	number(t, w, 4, 6)
	w.Close()
	if lost := checkNumbered(t, entries(t, path, Selection{Tail: -1}), 6); lost != 0 {
		t.Errorf("%d lines are said to be missing", lost)
	}
}
