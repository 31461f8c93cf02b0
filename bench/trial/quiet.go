package trial

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// others waits until others leave nearly all of the processors to the benchmark, and gives
// how many they kept busy in the last second. After half a minute it waits no more. What
// the row before has left to the kernel is somebody else's work as well.
func others() (busy float64) {
	const patience, quiet = 30 * time.Second, 0.1
	for deadline := time.Now().Add(patience); ; {
		before := readTicks()
		time.Sleep(time.Second)
		busy = readTicks().busySince(before) * float64(runtime.NumCPU())
		if busy < quiet || time.Now().After(deadline) {
			return busy
		}
	}
}

// ticks is how all processors together have spent their time (proc_stat(5)), in units of
// whatever length.
type ticks struct{ all, idle uint64 }

func readTicks() ticks {
	content, _ := os.ReadFile("/proc/stat")
	return parseTicks(string(content))
}

func parseTicks(stat string) (t ticks) {
	var user, nice, system, idle, disk, irq, softirq, stolen uint64
	fmt.Sscanf(stat, "cpu %d %d %d %d %d %d %d %d", &user, &nice, &system, &idle, &disk, &irq, &softirq, &stolen)
	t.idle = idle + disk
	t.all = t.idle + user + nice + system + irq + softirq + stolen
	return t
}

// busySince is the part of the time that was not idle.
func (t ticks) busySince(before ticks) float64 {
	if t.all == before.all {
		return 0
	}
	return 1 - float64(t.idle-before.idle)/float64(t.all-before.all)
}
