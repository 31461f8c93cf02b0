// Package processors spreads threads over the machine's processors, where the kernel
// would not.
package processors

import (
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Current is the number of the processor on which the caller runs at this moment.
func Current() int {
	var number uint32
	unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&number)), 0, 0)
	return int(number)
}

// Move takes the calling goroutine to the processor that comes so many after another one,
// among those that it may use, and leaves it to the kernel from there. In a virtual machine
// a processor that sleeps looks as if its host had taken it away (vcpu_is_preempted), so
// that a thread which is to help another one is woken behind it. The goroutine's thread
// ends with it.
func Move(from, steps int) {
	runtime.LockOSThread()
	var allowed, one unix.CPUSet
	if unix.SchedGetaffinity(0, &allowed) != nil {
		return
	}
	one.Set(after(&allowed, from, steps))
	if unix.SchedSetaffinity(0, &one) == nil {
		release(&allowed)
	}
}

// release lets the calling thread run wherever it was allowed to. Where that is everywhere,
// it is also on processors that are added later.
func release(allowed *unix.CPUSet) {
	var everywhere, got unix.CPUSet
	everywhere.Fill()
	unix.SchedSetaffinity(0, &everywhere)
	if unix.SchedGetaffinity(0, &got) != nil || got != *allowed {
		unix.SchedSetaffinity(0, allowed)
	}
}

// after goes round among the processors of a set, which is not empty.
func after(set *unix.CPUSet, from, steps int) int {
	const most = 1024 // in a CPUSet
	for number := from; ; {
		number = (number + 1) % most
		if !set.IsSet(number) {
			continue
		}
		if steps--; steps == 0 {
			return number
		}
	}
}
