package cgroupfs

import (
	"fmt"
	"time"
)

// Patience is how long processes may take to die, and the kernel to let go of
// their cgroup.
const Patience = 5 * time.Second

// patiently gives a function that waits a little, longer each time but never
// more than a millisecond, and tells whether there was Patience left for it.
func patiently() func() bool {
	deadline := time.Now().Add(Patience)
	pause := 50 * time.Microsecond
	return func() bool {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(pause)
		pause = min(2*pause, time.Millisecond)
		return true
	}
}

// Await asks until the answer is yes. doing says in an error what took too long.
func Await(done func() (bool, error), doing string) error {
	wait := patiently()
	for {
		if is, err := done(); err != nil || is {
			return err
		}
		if !wait() {
			return fmt.Errorf("%s: not within %v", doing, Patience)
		}
	}
}
