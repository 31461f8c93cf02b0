package launch

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// The descriptors of a process that works through its plan. All but the first
// three are closed when its program begins.
const (
	Status = 3 // where it tells how far it came
	Latch  = 4 // where it waits until it may go on
	Proc   = 5 // the host's procfs, where it is needed
	Owner  = 6 // the process whose namespaces it enters, as a pidfd
	Cgroup = 7 // and after: the files by which it joins a cgroup
)

// Raised gives a duplicate of a file, close-on-exec, with a number above
// those that Arrange hands out.
func Raised(file *os.File) (*os.File, error) {
	fd, err := unix.FcntlInt(file.Fd(), unix.F_DUPFD_CLOEXEC, 16)
	if err != nil {
		return nil, fmt.Errorf("duplicating %q: %w", file.Name(), err)
	}
	return os.NewFile(uintptr(fd), file.Name()), nil
}

// Arrange puts raised files to their places and closes everything else. It
// comes first in a plan, so that failures can be told and so that no child
// keeps open what others wait to see closed. Each of extra, for Latch, Proc,
// Owner and Cgroup in this order, may be nil.
func (p *Plan) Arrange(status *os.File, stdio [3]*os.File, extra ...*os.File) {
	p.duplicate(status, Status, unix.O_CLOEXEC)
	for i, file := range stdio {
		p.duplicate(file, i, 0)
	}
	for i, file := range extra {
		if file == nil { // whatever of the caller's has that number must not stay
			p.do("closing descriptors", unix.SYS_CLOSE_RANGE, uintptr(Latch+i), uintptr(Latch+i), 0)
			continue
		}
		p.duplicate(file, Latch+i, unix.O_CLOEXEC)
	}
	p.CloseFrom(Latch + len(extra))
}

func (p *Plan) duplicate(file *os.File, to, flags int) {
	p.keep(file)
	p.do("arranging descriptors", unix.SYS_DUP3, file.Fd(), uintptr(to), uintptr(flags))
}

// CloseFrom closes a descriptor and all above it.
func (p *Plan) CloseFrom(first int) {
	p.do("closing descriptors", unix.SYS_CLOSE_RANGE, uintptr(first), ^uintptr(0)>>32, 0)
}

// CloseProc closes Proc, before somebody could see it who must not have it.
func (p *Plan) CloseProc() { p.do("closing descriptors", unix.SYS_CLOSE_RANGE, Proc, Proc, 0) }

// CloseOnExec lets a descriptor and all above it live until the program
// begins. Where the kernel (before 5.11) cannot do so, they are closed at
// once.
func (p *Plan) CloseOnExec(first int) {
	const nothing = ^uint(0) >> 32
	flags := uintptr(unix.CLOSE_RANGE_CLOEXEC)
	if err := unix.CloseRange(nothing, nothing, unix.CLOSE_RANGE_CLOEXEC); err != nil {
		flags = 0
	}
	p.do("closing descriptors", unix.SYS_CLOSE_RANGE, uintptr(first), uintptr(nothing), flags)
}

// KeepOpen hands a descriptor on to the program.
func (p *Plan) KeepOpen(fd int) {
	p.do("handing a descriptor on", unix.SYS_FCNTL, uintptr(fd), unix.F_SETFD, 0)
}

// JoinCgroup has a process of a single thread go into a cgroup of version 1, by
// the lists of threads that Arrange has put to first and after.
func (p *Plan) JoinCgroup(first, lists int) {
	itself := place(p, byte('0'))
	for i := range lists {
		p.do(joining, unix.SYS_WRITE, uintptr(first+i), address(itself), 1).wants = 1
	}
	p.CloseFrom(Cgroup)
}

const joining = "joining the container's cgroup"

// MoveToCgroup has a process go into a cgroup of version 2, whose directory Arrange has
// put to Cgroup.
func (p *Plan) MoveToCgroup(directory *os.File) {
	explain := failed(fmt.Sprintf("joining cgroup %q", directory.Name()))
	p.writeFile(Cgroup, "cgroup.procs", "0", explain, explain)
}

// AwaitLatch waits for one byte. The end of the file, because its writer gave
// up or died, ends the plan.
func (p *Plan) AwaitLatch() {
	p.do("waiting for the start", unix.SYS_READ, Latch, address(place(p, byte(0))), 1).wants = 1
}

// Begin tells by Status that all is done but the program itself. It also notices
// that whoever waits has died, where the signal that tells so was lost while
// credentials changed.
func (p *Plan) Begin() {
	p.do("announcing the program", unix.SYS_WRITE, Status, address(place(p, Failure{Step: begun})), failureSize)
}

// Announce is Begin for somebody who waits for one byte.
func (p *Plan) Announce(message byte) {
	p.do("announcing the program", unix.SYS_WRITE, Status, address(place(p, message)), 1)
}
