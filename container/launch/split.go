package launch

import (
	"fmt"
	"io"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// EnterPIDNamespace has the children of a launched process be in the pid namespace of
// the process behind Owner. Without CAP_SYS_PTRACE nobody in there can look into them
// until they have their program.
func (p *Plan) EnterPIDNamespace() {
	p.do(splitting, unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0)
	p.do(splitting, unix.SYS_SETNS, Owner, unix.CLONE_NEWPID)
}

const splitting = "entering the pid namespace"

// Split makes a second process, which carries out the rest of the plan as another child
// of this one's parent; the first one ends. So whoever is in the second one's pid namespace
// meets a launcher and never what came before it. It is born in a version 2 cgroup, whose
// directory Arrange has put to Cgroup; nil is this one's own.
func (p *Plan) Split(cgroup *os.File) {
	if cgroup == nil {
		p.do(splitting, unix.SYS_CLONE, unix.CLONE_PARENT).splits = true
		return
	}
	arguments := place(p, cloneArguments{flags: unix.CLONE_PARENT | unix.CLONE_INTO_CGROUP, cgroup: Cgroup})
	doing := fmt.Sprintf("%s and cgroup %q", splitting, cgroup.Name())
	p.do(doing, unix.SYS_CLONE3, address(arguments), unsafe.Sizeof(*arguments)).splits = true
}

// AwaitSplit waits for the end of the first process and gives the second one, and
// what was told by then (Await). When there is none, the error is that of Await, and
// the failure what the first one says.
func AwaitSplit(first Child, status *os.File) (second Child, text []byte, failure *Failure, err error) {
	first.reap()
	length, err := unix.IoctlGetInt(int(status.Fd()), unix.TIOCINQ)
	if err != nil {
		return second, nil, nil, err
	}
	text = make([]byte, length)
	if _, err := io.ReadFull(status, text); err != nil {
		return second, nil, nil, err
	}
	for rest := text; len(rest) >= failureSize; rest = rest[failureSize:] {
		if each := parseFailure(rest); each.Step == born {
			second, err = adopt(int(each.Errno))
			return second, text, nil, err
		}
	}
	failure, err = told(text)
	return second, text, failure, err
}
