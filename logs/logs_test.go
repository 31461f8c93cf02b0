package logs

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func everything(t *testing.T, path string, selection Selection) string {
	t.Helper()
	var all bytes.Buffer
	position, err := Read(path, selection, func(e Entry) error { all.Write(e.Text()); return nil })
	if err != nil {
		t.Fatal(err)
	}
	position.Close()
	return all.String()
}

func create(t *testing.T, size int64, files int) (*Writer, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "log")
	w, err := Create(path, size, files)
	if err != nil {
		t.Fatal(err)
	}
	return w, path
}

func TestOutputComesBackAsItWas(t *testing.T) {
	for name, output := range map[string]string{
		"lines":         "one\ntwo\n",
		"no newline":    "one\ntw",
		"binary":        "\xff\xfe\x00\n\x80",
		"a long line":   strings.Repeat("x", 5*maxLine) + "\n",
		"two-byte rune": strings.Repeat("é", maxLine) + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			w, path := create(t, DefaultSize, DefaultFiles)
			for piece := range bytes.SplitAfterSeq([]byte(output), []byte("o")) {
				if err := w.Write(Stdout, piece); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			if got := everything(t, path, Selection{Tail: -1}); got != output {
				t.Errorf("got %d bytes, want %d", len(got), len(output))
			}
		})
	}
}

func TestRotationKeepsTheNewest(t *testing.T) {
	w, path := create(t, 1000, 3)
	for i := range 100 {
		if err := w.Write(Stdout, fmt.Appendf(nil, "line %d\n", i)); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	files, _ := filepath.Glob(path + "*")
	if len(files) != 3 {
		t.Errorf("got %d files, want 3", len(files))
	}
	for _, file := range files {
		if info, _ := os.Stat(file); info.Size() > 1000 {
			t.Errorf("%s has %d bytes, want at most 1000", file, info.Size())
		}
	}
	got := everything(t, path, Selection{Tail: -1})
	if !strings.HasSuffix(got, "line 98\nline 99\n") {
		t.Errorf("the newest lines are not at the end: %q", got)
	}
}

func TestSelection(t *testing.T) {
	w, path := create(t, 300, 9)
	for i := range 10 {
		w.Write(Stderr, fmt.Appendf(nil, "%d\n", i))
	}
	defer w.Close()
	for _, test := range []struct {
		selection Selection
		want      string
	}{
		{Selection{Tail: -1}, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"},
		{Selection{Tail: 3}, "7\n8\n9\n"},
		{Selection{Tail: 0}, ""},
		{Selection{Tail: 99}, "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n"},
		{Selection{Tail: -1, Since: time.Now().Add(time.Hour)}, ""},
		{Selection{Tail: -1, Until: time.Now().Add(-time.Hour)}, ""},
	} {
		if got := everything(t, path, test.selection); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.selection, got, test.want)
		}
	}
}

func TestFollowAcrossRotations(t *testing.T) {
	w, path := create(t, 200, 3)
	defer w.Close()
	var got bytes.Buffer
	each := func(e Entry) error { got.Write(e.Text()); return nil }
	position, err := Read(path, Selection{Tail: -1}, each)
	if err != nil {
		t.Fatal(err)
	}
	defer position.Close()
	var want bytes.Buffer
	for i := range 50 {
		line := fmt.Appendf(nil, "line %d\n", i)
		want.Write(line)
		w.Write(Stdout, line)
		if i%2 == 0 { // at times two files have come in between
			if err := position.Follow(each); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := position.Follow(each); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("got %q", got.String())
	}
}

func TestDamagedLineIsPassedOver(t *testing.T) {
	w, path := create(t, DefaultSize, 1)
	w.Write(Stdout, []byte("before\n"))
	w.file.WriteString("{\"log\":\"cut sho\n")
	w.Write(Stdout, []byte("after\n"))
	w.Close()
	if got := everything(t, path, Selection{Tail: -1}); got != "before\nafter\n" {
		t.Errorf("got %q", got)
	}
}

func TestLineThatAPowerCutHasCutTakesNoOtherAlong(t *testing.T) {
	w, path := create(t, DefaultSize, 1)
	w.Write(Stdout, []byte("before\n"))
	w.file.WriteString("{\"log\":\"cut sho")
	w.Close()
	again, err := Create(path, DefaultSize, 1)
	if err != nil {
		t.Fatal(err)
	}
	again.Write(Stdout, []byte("after\n"))
	again.Close()
	if got := everything(t, path, Selection{Tail: -1}); got != "before\nafter\n" {
		t.Errorf("got %q", got)
	}
}
