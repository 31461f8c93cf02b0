package idmap

import (
	"bytes"
	"testing"
)

func TestIDs(t *testing.T) {
	m := Map{First: 100000, Size: 1000}
	for host, want := range map[int]int{100000: 0, 100999: 999, 101000: Nobody, 99999: Nobody, 0: Nobody} {
		if got := m.Inside(host); got != want {
			t.Errorf("inside, %d is %d, want %d", host, got, want)
		}
	}
	for _, inside := range []int{0, 33, 999} {
		if host, found := m.Outside(inside); !found || m.Inside(host) != inside {
			t.Errorf("outside, %d is %d, %v", inside, host, found)
		}
	}
	for _, inside := range []int{-1, 1000, 65534} {
		if host, found := m.Outside(inside); found {
			t.Errorf("outside, %d is %d", inside, host)
		}
	}
	var same Map
	if host, found := same.Outside(70000); !found || host != 70000 || same.Inside(7) != 7 {
		t.Error("a container with the host's IDs has others")
	}
}

// What setcap(8) writes, in both versions.
func TestCapabilities(t *testing.T) {
	plain := []byte{1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	rooted := append([]byte{1, 0, 0, 3, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, 0xa0, 0x86, 1, 0) // 100000
	m := Map{First: 100000, Size: 1000}
	if got := m.AttributeOutside(capability, plain); !bytes.Equal(got, rooted) {
		t.Errorf("outside: got %v", got)
	}
	if got := m.AttributeInside(capability, rooted); !bytes.Equal(got, plain) {
		t.Errorf("inside: got %v", got)
	}
	if got := m.AttributeInside("user.other", rooted); !bytes.Equal(got, rooted) {
		t.Errorf("another attribute: got %v", got)
	}
	if got := (Map{}).AttributeOutside(capability, plain); !bytes.Equal(got, plain) {
		t.Errorf("with the host's IDs: got %v", got)
	}
}
