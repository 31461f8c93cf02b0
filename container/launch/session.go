package launch

import "golang.org/x/sys/unix"

// DieWithParent has the kernel kill the process when the thread that forked it
// ends. A change of credentials takes it back.
func (p *Plan) DieWithParent() {
	p.do("tying the process to its parent", unix.SYS_PRCTL, unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL))
}

// NewSession makes the process the leader of a session of its own.
func (p *Plan) NewSession() {
	p.do("making a session", unix.SYS_SETSID)
}

// TakeTerminal makes standard input the controlling terminal.
func (p *Plan) TakeTerminal() {
	p.do("taking the controlling terminal", unix.SYS_IOCTL, 0, unix.TIOCSCTTY, 0)
}

// NewForeground makes the process the leader of a new process group and, if
// standard input is a terminal, that group the one in the foreground. The
// process must have SIGTTOU blocked, as a forked child has before
// ResetSignals.
func (p *Plan) NewForeground(terminal bool) {
	p.do("making a process group", unix.SYS_SETPGID, 0, 0)
	if terminal {
		self := place(p, int32(0))
		p.do("taking the foreground", unix.SYS_GETPID).store = self
		p.do("taking the foreground", unix.SYS_IOCTL, 0, unix.TIOCSPGRP, address(self))
	}
}

// ResetSignals gives every signal its default action and unblocks all: what
// the caller ignored or blocked is no business of the program.
func (p *Plan) ResetSignals() {
	action := address(place(p, [8]uint64{})) // struct sigaction, all zero: SIG_DFL
	const setBytes, last = 8, 64
	for signal := uintptr(1); signal <= last; signal++ {
		if signal != uintptr(unix.SIGKILL) && signal != uintptr(unix.SIGSTOP) {
			p.do("resetting signals", unix.SYS_RT_SIGACTION, signal, action, 0, setBytes)
		}
	}
	none := address(place(p, uint64(0)))
	p.do("unblocking signals", unix.SYS_RT_SIGPROCMASK, unix.SIG_SETMASK, none, 0, setBytes)
}

// Umask sets the file mode creation mask.
func (p *Plan) Umask(mask uint32) {
	p.do("setting umask", unix.SYS_UMASK, uintptr(mask))
}
