package attach

import (
	"testing"
	"time"
)

func TestOnlyInterruptsSoonAfterEachOtherAreInARow(t *testing.T) {
	start := time.Now()
	for _, test := range []struct {
		seconds []float64
		want    int
	}{
		{[]float64{0}, 1},
		{[]float64{0, 0.5, 1}, 3},
		{[]float64{0, 1.5, 3, 4.5}, 4},
		{[]float64{0, 4, 8}, 1},
		{[]float64{0, 1, 60, 61}, 2},
	} {
		var pressed interrupts
		got := 0
		for _, at := range test.seconds {
			got = pressed.again(start.Add(time.Duration(at * float64(time.Second))))
		}
		if got != test.want {
			t.Errorf("after interrupts at %v seconds: %d in a row, want %d", test.seconds, got, test.want)
		}
	}
}
