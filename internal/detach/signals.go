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
	signals [4]unix.Signal
	before  [4]disposition
}

func persist() *persistence {
	p := &persistence{signals: [...]unix.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT}}
	for i, signal := range p.signals {
		sigaction(signal, &disposition{ignored}, &p.before[i])
	}
	return p
}

// end has the signals do what they did before.
func (p *persistence) end() {
	for i, signal := range p.signals {
		sigaction(signal, &p.before[i], nil)
	}
}

func sigaction(signal unix.Signal, wanted, before *disposition) {
	unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(signal),
		uintptr(unsafe.Pointer(wanted)), uintptr(unsafe.Pointer(before)), 8, 0, 0)
}
