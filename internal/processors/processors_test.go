package processors

import (
	"testing"

	"golang.org/x/sys/unix"
)

func TestAfterGoesRound(t *testing.T) {
	var set unix.CPUSet
	for _, number := range []int{1, 3, 1023} {
		set.Set(number)
	}
	for _, test := range []struct{ from, steps, want int }{{1, 1, 3}, {2, 1, 3}, {3, 1, 1023}, {1023, 1, 1}, {1, 3, 1}, {0, 5, 3}} {
		if got := after(&set, test.from, test.steps); got != test.want {
			t.Errorf("%d after %d: got %d, want %d", test.steps, test.from, got, test.want)
		}
	}
}

// A goroutine may run wherever its program may, before and afterwards.
func TestMoveBindsNobody(t *testing.T) {
	type sets struct{ before, after unix.CPUSet }
	seen := make(chan sets)
	go func() {
		var s sets
		unix.SchedGetaffinity(0, &s.before)
		Move(Current(), 1)
		unix.SchedGetaffinity(0, &s.after)
		seen <- s
	}()
	if s := <-seen; s.before != s.after || s.after.Count() == 0 {
		t.Errorf("before %v, after %v", s.before, s.after)
	}
}
