package logs

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// entries reads what is selected of a log.
func entries(t *testing.T, path string, selection Selection) []Entry {
	t.Helper()
	var all []Entry
	position, err := Read(path, selection, func(e Entry) error { all = append(all, e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if err := position.Close(); err != nil {
		t.Fatal(err)
	}
	return all
}

// FuzzRead reads any bytes as the files of a log, the newer one of which grows
// in the middle of a line. Nothing is read twice and nothing left out, whatever
// part is asked for.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"log":"one\n","stream":"stdout","time":"2024-01-01T00:00:00Z"}`+"\n"), []byte(`{"bytes":"/w==","stream":"stderr","time":"2024-01-02T00:00:00Z"}`+"\n"), 10, 1)
	f.Add([]byte("{\"log\":\"cut sho\n{}\n\n\x00\n"), []byte("null\n[]\n1\n\"x\"\n"), 3, 2)
	f.Add([]byte{}, []byte(`{"log":"no end"}`), 0, -1)
	f.Add([]byte(`{"time":"2024-01-01T00:00:00Z","before":7}`+"\n"), []byte(`{"time":"2024-01-02T00:00:00Z","before":9}`+"\n"), 5, 1)
	f.Add([]byte(`{"time":"yesterday"}`+"\n"), []byte(`{"log":"`+"\xff"+`"}`+"\n"), 100, 100)
	f.Fuzz(func(t *testing.T, older, newer []byte, cut, tail int) {
		path := filepath.Join(t.TempDir(), "log")
		cut = max(0, min(cut, len(newer)))
		put(t, numbered(path, 1), older)
		put(t, path, newer)
		whole := entries(t, path, Selection{Tail: -1})
		checkTail(t, whole, entries(t, path, Selection{Tail: tail}), tail)
		checkTime(t, whole, path)
		put(t, path, newer[:cut])
		var grown []Entry
		each := func(e Entry) error { grown = append(grown, e); return nil }
		position, err := Read(path, Selection{Tail: -1}, each)
		if err != nil {
			t.Fatal(err)
		}
		appendTo(t, path, newer[cut:])
		if err := errors.Join(position.Follow(each), position.Close()); err != nil {
			t.Fatal(err)
		}
		same := func(a, b Entry) bool {
			return a.Stream == b.Stream && a.Time.Equal(b.Time) && bytes.Equal(a.Text(), b.Text())
		}
		if !slices.EqualFunc(grown, whole, same) {
			t.Errorf("read at once: %d entries, while it grew: %d", len(whole), len(grown))
		}
	})
}

func checkTail(t *testing.T, whole, last []Entry, tail int) {
	t.Helper()
	want := len(whole)
	if tail >= 0 {
		want = min(tail, want)
	}
	if len(last) != want {
		t.Fatalf("the last %d of %d entries are %d", tail, len(whole), len(last))
	}
	for i, entry := range last {
		if !bytes.Equal(entry.Text(), whole[len(whole)-want+i].Text()) {
			t.Errorf("entry %d of the last %d is another one", i, want)
		}
	}
}

// checkTime cuts the log in two at the time of each entry.
func checkTime(t *testing.T, whole []Entry, path string) {
	t.Helper()
	if len(whole) == 0 || whole[0].Time.IsZero() {
		return
	}
	moment := whole[0].Time
	after := entries(t, path, Selection{Since: moment, Tail: -1})
	before := entries(t, path, Selection{Until: moment.Add(-time.Nanosecond), Tail: -1})
	if lines(after)+lines(before) != lines(whole) {
		t.Errorf("%d entries since %s and %d before are not %d", len(after), moment, len(before), len(whole))
	}
}

// lines counts without what is said of missing ones, which may be of both times.
func lines(all []Entry) (count int) {
	for _, entry := range all {
		if !strings.HasPrefix(entry.Log, "mydocker: ") {
			count++
		}
	}
	return count
}

func put(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func appendTo(t *testing.T, path string, data []byte) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.Write(data); err != nil {
		t.Fatal(err)
	}
	file.Close()
}

// FuzzWrite writes any output in any pieces. It comes back as it was.
func FuzzWrite(f *testing.F) {
	f.Add([]byte("one\ntwo\n"), 3)
	f.Add([]byte("\xff\x00\n\n\xf0\x9f\x98"), 1)
	f.Add(bytes.Repeat([]byte("é"), maxLine), 5000)
	f.Fuzz(func(t *testing.T, output []byte, piece int) {
		path := filepath.Join(t.TempDir(), "log")
		w, err := Create(path, DefaultSize, 1)
		if err != nil {
			t.Fatal(err)
		}
		for chunk := range slices.Chunk(output, max(1, piece, len(output)/100)) {
			if err := w.Write(Stdout, chunk); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		if len(output) > DefaultSize/4 {
			return // it may have been rotated
		}
		var got []byte
		for _, entry := range entries(t, path, Selection{Tail: -1}) {
			got = append(got, entry.Text()...)
		}
		if !bytes.Equal(got, output) {
			t.Errorf("got %d bytes, want %d", len(got), len(output))
		}
	})
}
