package trial

import "testing"

func TestBusySince(t *testing.T) {
	before := parseTicks("cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1 1 1 1\n")
	after := parseTicks("cpu  110 5 120 840 110 5 5 5 0 0\ncpu0 1 1 1 1\n")
	if got := after.busySince(before); got != 0.25 {
		t.Errorf("got %v", got)
	}
	if got := after.busySince(after); got != 0 {
		t.Errorf("in no time: %v", got)
	}
}
