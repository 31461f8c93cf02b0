package state

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"
)

// Validate refuses directories that cannot be used in mount options and shell
// lines, or that would be elsewhere after a change of directory.
func (l Layout) Validate() error {
	for _, directory := range []string{l.Root, l.RunRoot} {
		if !filepath.IsAbs(directory) {
			return fmt.Errorf("using state directory %q: must be an absolute path", directory)
		}
		if !utf8.ValidString(directory) {
			return fmt.Errorf("using state directory %q: must be UTF-8, as the state files that name it are", directory)
		}
		if strings.ContainsAny(directory, "\n\x00") {
			return fmt.Errorf("using state directory %q: must not hold a newline or NUL", directory)
		}
	}
	if filepath.Clean(l.Root) == filepath.Clean(l.RunRoot) {
		return fmt.Errorf("using state directory %q: --root and --run-root must be two directories", l.Root)
	}
	return nil
}

// CheckPlaces refuses directories in whose place something else is.
func (l Layout) CheckPlaces() error {
	for _, directory := range []string{l.Root, l.RunRoot} {
		if about, err := os.Stat(directory); errors.Is(err, syscall.ENOTDIR) || err == nil && !about.IsDir() {
			return fmt.Errorf("using state directory %q: something else is in its place; choose another with --root or --run-root", directory)
		}
	}
	return nil
}
