package logs

import (
	"fmt"
	"testing"
)

// number writes numbered lines, from first to before last.
func number(t *testing.T, w *Writer, first, last int) {
	t.Helper()
	for i := first; i < last; i++ {
		if err := w.Write(Stdout, fmt.Appendf(nil, "line %d\n", i)); err != nil {
			t.Fatal(err)
		}
	}
}

// checkNumbered wants numbered lines up to before last, and exactly where some
// are missing a notice that says how many. It tells how many are.
func checkNumbered(t *testing.T, all []Entry, last int) (lost int) {
	t.Helper()
	next := 0
	for _, entry := range all {
		line, gap := -1, 0
		if entry.Stream == Stdout {
			fmt.Sscanf(string(entry.Text()), "line %d\n", &line)
		} else {
			fmt.Sscanf(string(entry.Text()), "mydocker: %d lines of output are missing here: ", &gap)
		}
		switch {
		case gap > 0:
			lost += gap
			next += gap
		case line == next:
			next++
		default:
			t.Fatalf("after line %d came %q", next-1, entry.Text())
		}
	}
	if next != last {
		t.Errorf("the last line is %d, want %d", next-1, last-1)
	}
	return lost
}

// follower reads what there is, and gives what it has read and how it goes on.
func follower(t *testing.T, path string) (got *[]Entry, follow func()) {
	t.Helper()
	got = new([]Entry)
	each := func(e Entry) error { *got = append(*got, e); return nil }
	position, err := Read(path, Selection{Tail: -1}, each)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { position.Close() })
	return got, func() {
		t.Helper()
		if err := position.Follow(each); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFollowerSaysWhatWasRotatedAway(t *testing.T) {
	w, path := create(t, 300, 3)
	defer w.Close()
	got, follow := follower(t, path)
	last := 0
	for _, lines := range []int{3, 50, 1, 0, 2, 200, 7, 31} {
		number(t, w, last, last+lines)
		last += lines
		follow()
	}
	if lost := checkNumbered(t, *got, last); lost == 0 {
		t.Error("nothing was lost: the test tries nothing")
	}
}

// race follows a log to which so many lines are added for each that is read, up to
// a total. It gives what was read, and how many files were open at most.
func race(t *testing.T, added, total int) (got []Entry, most int) {
	t.Helper()
	w, path := create(t, 1000, 3)
	defer w.Close()
	last := 0
	var position *Position
	each := func(e Entry) error {
		got, most = append(got, e), max(most, len(position.files))
		first := last
		last = min(last+added, total)
		number(t, w, first, last)
		return nil
	}
	position, err := Read(path, Selection{Tail: -1}, each)
	if err != nil {
		t.Fatal(err)
	}
	defer position.Close()
	last = 20
	number(t, w, 0, last)
	for before := -1; before != len(got); {
		before = len(got)
		if err := position.Follow(each); err != nil {
			t.Fatal(err)
		}
	}
	checkNumbered(t, got, total)
	return got, most
}

// The writer is twice as fast for some files.
func TestFollowerLooksAgainWhileItReads(t *testing.T) {
	got, _ := race(t, 2, 100)
	if lost := checkNumbered(t, got, 100); lost != 0 {
		t.Errorf("%d lines were lost", lost)
	}
}

// A slow reader must not fill the disk with files that are gone.
func TestFollowerHoldsFewFiles(t *testing.T) {
	got, most := race(t, 5, 2000)
	if lost := checkNumbered(t, got, 2000); lost == 0 {
		t.Error("nothing was lost: the test tries nothing")
	}
	if most > 2*DefaultFiles {
		t.Errorf("%d files were held open", most)
	}
}
