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

// Leave takes the calling goroutine from a processor to any other that it may use. After
// that the kernel is as free as before to choose one. In a virtual machine a processor that
// sleeps looks as if its host had taken it away (vcpu_is_preempted), so that a thread which
// is to help another one is woken behind it.
//
// The thread counts from then on as one whose processors somebody has chosen, which its
// children would inherit (sched_setaffinity(2), Linux 6.2). So the goroutine keeps it, and
// the thread ends with the goroutine, which shall start no process.
func Leave(number int) {
	runtime.LockOSThread()
	var allowed unix.CPUSet
	if unix.SchedGetaffinity(0, &allowed) != nil {
		return // more processors than there is room for, or a seccomp filter
	}
	others := allowed
	others.Clear(number)
	if others.Count() > 0 && unix.SchedSetaffinity(0, &others) == nil {
		unix.SchedSetaffinity(0, &allowed)
	}
}
