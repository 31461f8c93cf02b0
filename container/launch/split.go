package launch

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// EnterPIDNamespace has a launched process make a second one in the pid namespace of
// the process behind Owner, which carries out the rest of the plan as another child of
// this one's parent; the first one ends. So whoever is in that namespace meets a
// launcher and never what came before it. They cannot look into it either, until it has
// its program. With intoCgroup the second process is born in the version 2 cgroup
// that Arrange has put to Tasks.
func (p *Plan) EnterPIDNamespace(intoCgroup bool) {
	const doing = "entering the pid namespace"
	p.do(doing, unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 0)
	p.do(doing, unix.SYS_SETNS, Owner, unix.CLONE_NEWPID)
	arguments := place(p, cloneArguments{flags: unix.CLONE_PARENT | unix.CLONE_INTO_CGROUP, cgroup: Tasks})
	p.split = len(p.steps)
	p.do(doing, unix.SYS_CLONE3, address(arguments), unsafe.Sizeof(*arguments)).splits = true
	if !intoCgroup {
		p.SplitOutside()
	}
}

// SplitOutside lets the second process have the first one's cgroup.
func (p *Plan) SplitOutside() {
	split := &p.steps[p.split]
	split.number, split.arguments = unix.SYS_CLONE, [6]uintptr{unix.CLONE_PARENT}
}

// AwaitSplit waits for the end of the first process and gives the pid of the second
// one. When there is none, the error is that of Await, and the failure what the first
// one says. status does not block (os.Pipe).
func AwaitSplit(first Child, status *os.File) (pid int, failure *Failure, err error) {
	first.reap()
	raw, err := status.SyscallConn()
	if err != nil {
		return 0, nil, err
	}
	text, n := make([]byte, failureSize), 0
	raw.Control(func(fd uintptr) { n, err = unix.Read(int(fd), text) })
	if n < len(text) || err != nil {
		return 0, nil, ErrKilled
	}
	if told := parseFailure(text); told.Step != born {
		return 0, &told, nil
	} else {
		return int(told.Errno), nil, nil
	}
}
