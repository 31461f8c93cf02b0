package engine

import (
	"strings"
	"testing"
)

func TestNamesAreDockers(t *testing.T) {
	tests := map[string]bool{
		"ab": true, "a.b_c-d": true, "0x": true, "a-": true, "A9": true, strings.Repeat("x", 128): true,
		"": false, "a": false, "-a": false, ".a": false, "_a": false, "a b": false, "a/b": false,
		"ab\n": false, "äb": false, "a\x00b": false, strings.Repeat("x", 129): false,
	}
	for name, good := range tests {
		if err := checkName(name); (err == nil) != good {
			t.Errorf("name %q: %v, want it taken: %t", name, err, good)
		}
	}
}

func TestHostnamesCanBeLookedUp(t *testing.T) {
	tests := map[string]bool{
		"": true, "a": true, "web-1.example": true, "_db": true, "db_": true, strings.Repeat("x", 64): true,
		"-a": false, "a-": false, ".a": false, "a.": false, "-": false, "a b": false, "a\n": false, "ä": false, strings.Repeat("x", 65): false,
	}
	for name, good := range tests {
		if err := checkHostname(name); (err == nil) != good {
			t.Errorf("host name %q: %v, want it taken: %t", name, err, good)
		}
	}
}
