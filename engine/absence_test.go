package engine

import (
	"slices"
	"testing"

	specs "github.com/opencontainers/runtime-spec/specs-go"
)

// TestSeparateMounts: what lies in the place of an absent volume is absent with it.
func TestSeparateMounts(t *testing.T) {
	here := t.TempDir()
	bind := func(source, destination string) specs.Mount {
		return specs.Mount{Type: "bind", Source: source, Destination: destination}
	}
	present, absent := separate([]specs.Mount{
		bind(here, "/gone/inner"), bind(here, "/here"), bind(here, "/gone-not"), bind(here+"/gone", "/gone"),
	})
	var places []string
	for _, mount := range present {
		places = append(places, mount.Destination)
	}
	if want := []string{"/here", "/gone-not"}; !slices.Equal(places, want) {
		t.Errorf("present: %v, not %v", places, want)
	}
	for place, refused := range map[string]bool{"/gone": true, "/gone/inner/file": true, "/gone-not/file": false, "/": false} {
		if err := absent.covering(place); (err != nil) != refused {
			t.Errorf("%q: %v", place, err)
		}
	}
}
