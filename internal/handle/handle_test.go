package handle

import (
	"os"
	"testing"
)

// TestAttributesThatCannotBeRead keeps an error from looking like a file without
// attributes: a copy would lose what it has.
func TestAttributesThatCannotBeRead(t *testing.T) {
	file, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if names, err := Attributes(file); err != nil {
		t.Errorf("got %q, %v", names, err)
	}
	file.Close()
	if names, err := Attributes(file); err == nil {
		t.Errorf("of a file that is closed: %q, and no error", names)
	}
}
