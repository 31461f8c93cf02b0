package logs

import (
	"errors"
	"fmt"
	"os"
)

// rotate makes the new file first: where that is not possible, all stays as it
// is.
func (w *Writer) rotate() error {
	next := w.path + ".next"
	file, err := os.OpenFile(next, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("rotating log: %w", err)
	}
	if err := w.shift(next); err != nil {
		return errors.Join(fmt.Errorf("rotating log: %w", err), file.Close(), os.Remove(next))
	}
	old := w.file
	w.file, w.written = file, 0
	return old.Close()
}

// shift gives each file the number after its own, and next the first place.
func (w *Writer) shift(next string) error {
	for number := w.files - 1; number > 0; number-- {
		err := os.Rename(numbered(w.path, number-1), numbered(w.path, number))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return os.Rename(next, w.path)
}
