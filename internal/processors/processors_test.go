package processors

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// A goroutine may run afterwards wherever it might before.
func TestLeaveBindsNobody(t *testing.T) {
	var everywhere unix.CPUSet
	if err := unix.SchedGetaffinity(0, &everywhere); err != nil {
		t.Skip(err)
	}
	var here unix.CPUSet
	here.Set(Current())
	for _, allowed := range []unix.CPUSet{everywhere, here} {
		left := make(chan unix.CPUSet)
		go func() {
			runtime.LockOSThread()
			unix.SchedSetaffinity(0, &allowed)
			Leave(Current())
			var after unix.CPUSet
			unix.SchedGetaffinity(0, &after)
			left <- after
		}()
		if after := <-left; after != allowed {
			t.Errorf("allowed on %v before and on %v after", allowed, after)
		}
	}
}
