// Package patience is how long end-to-end tests wait. Nothing sleeps: what
// takes time is waited for, with a deadline.
package patience

import (
	"os"
	"strconv"
	"time"
)

// Usual is how long something may take that usually takes no time at all.
func Usual() time.Duration { return For(10 * time.Second) }

// For gives a limit that fits the machine: MYDOCKER_TEST_SLOW multiplies it,
// for one that is emulated.
func For(usual time.Duration) time.Duration {
	return time.Duration(float64(usual) * slowness())
}

// Rounds gives a number of repetitions that fits the machine: a slower one takes
// as long for fewer.
func Rounds(usual int) int { return max(1, int(float64(usual)/slowness())) }

func slowness() float64 {
	factor, err := strconv.ParseFloat(os.Getenv("MYDOCKER_TEST_SLOW"), 64)
	if err != nil || factor < 1 {
		return 1
	}
	return factor
}

// Pause is how long a waiting loop rests between two looks.
const Pause = 20 * time.Millisecond

// Wait looks until there is no complaint, and gives the last one when the limit
// is over.
func Wait(limit time.Duration, complaint func() error) error {
	deadline := time.Now().Add(limit)
	for {
		err := complaint()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(Pause)
	}
}
