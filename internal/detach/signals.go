package detach

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// disposition is struct sigaction as the kernel has it: handler, flags, restorer, mask.
type disposition [4]uintptr

const ignored = 1 // SIG_IGN

// persistence keeps signals from ending this process, by which people and supervisors end a
// command. What package os/signal ignores it cannot give back, and to be notified
// takes two threads more for as long as the process lives.
type persistence struct {
	begun  bool
	before [len(ending)]disposition
}

var ending = [...]unix.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT}

func (p *persistence) begin() {
	p.begun = true
	for i, signal := range ending {
		sigaction(signal, &disposition{ignored}, &p.before[i])
	}
}

// end has the signals do what they did before.
func (p *persistence) end() {
	if !p.begun {
		return
	}
	for i, signal := range ending {
		sigaction(signal, &p.before[i], nil)
	}
}

func sigaction(signal unix.Signal, wanted, before *disposition) {
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(signal),
		uintptr(unsafe.Pointer(wanted)), uintptr(unsafe.Pointer(before)), 8, 0, 0)
}
