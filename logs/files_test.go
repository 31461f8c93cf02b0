package logs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// In the middle of a rotation one number is nobody's.
func TestRotationUnderWayHidesNoFile(t *testing.T) {
	for hole := range 3 {
		path := filepath.Join(t.TempDir(), "log")
		want := ""
		for number := 2; number >= 0; number-- {
			if number != hole {
				put(t, numbered(path, number), fmt.Appendf(nil, `{"log":"%d"}`+"\n", number))
				want += fmt.Sprint(number)
			}
		}
		if got := everything(t, path, Selection{Tail: -1}); got != want {
			t.Errorf("without number %d: got %q, want %q", hole, got, want)
		}
	}
}

// Files that were opened while they got other numbers may be in any order.
func TestFilesAreOpenedAgainAfterARotation(t *testing.T) {
	w, path := create(t, DefaultSize, 3)
	defer w.Close()
	rotate := func() error {
		w.Write(Stdout, []byte("line\n"))
		return w.rotate()
	}
	for _, test := range []struct {
		name   string
		change func() error
		want   bool
	}{
		{"nothing", func() error { return nil }, false},
		{"a rotation", rotate, true},
		{"two rotations", func() error { return errors.Join(rotate(), rotate()) }, true},
		{"half a rotation", func() error { return os.Rename(path, numbered(path, 1)) }, true},
		{"nothing in half a rotation", func() error { return nil }, false},
		{"its other half", rotate, true},
	} {
		files, err := scan(path)
		if err = errors.Join(err, test.change()); err != nil {
			t.Fatal(err)
		}
		if got := rotated(path, files); got != test.want {
			t.Errorf("after %s: got %t, want %t", test.name, got, test.want)
		}
		closeAll(files)
	}
}
