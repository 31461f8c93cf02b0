package state

import (
	"fmt"

	json "github.com/go-json-experiment/json/v1"
)

// Versioned is what a state file holds whose format is counted. A program that
// finds a later format than it knows does not understand the file, and leaves it
// alone.
type Versioned interface {
	// FormatVersion gives the version of the value and the latest known one.
	FormatVersion() (version, known int)
}

// NewerError says that a newer mydocker wrote a state file. It is no
// *CorruptError: nothing is wrong with the file.
type NewerError struct {
	Path           string
	Version, Known int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("reading state file %q: it was written by a newer mydocker, in format %d; this one knows %d; use the newer one for it",
		e.Path, e.Version, e.Known)
}

// checkVersion refuses a value of a later format. Such a value may not have
// been understood (misread): then its version is looked for by itself.
func checkVersion(path string, data []byte, value any, misread error) error {
	versioned, counted := value.(Versioned)
	if !counted {
		return misread
	}
	version, known := versioned.FormatVersion()
	if misread != nil {
		var header struct{ Version int }
		if json.Unmarshal(data, &header) != nil {
			return misread
		}
		version = header.Version
	}
	if version > known {
		return &NewerError{Path: path, Version: version, Known: known}
	}
	return misread
}
