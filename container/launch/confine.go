package launch

import (
	"os"

	"golang.org/x/sys/unix"

	"mydocker/container/seccomp"
)

// Filter loads a filter of system calls; nil loads none. All steps that follow
// are under it. Loading takes CAP_SYS_ADMIN, or no_new_privs.
func (p *Plan) Filter(filter *seccomp.Filter) {
	if filter == nil {
		return
	}
	const instruction = 8 // bytes
	list := place(p, filterProgram{
		length:       uint16(len(filter.Program) / instruction),
		instructions: placeAll(p, []byte(filter.Program)),
	})
	p.do("loading the seccomp filter", unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, uintptr(filter.Flags), address(list))
}

// filterProgram is struct sock_fprog (seccomp(2)).
type filterProgram struct {
	length       uint16
	instructions *byte
}

// LabelPath is the file of procfs, below its root, that takes the AppArmor
// profile for a thread's next program (apparmor(7)). A thread writes its own.
const LabelPath = "thread-self/attr/apparmor/exec"

// Label has the program run under an AppArmor profile, "" is none. file is what LabelPath
// leads this thread to.
func (p *Plan) Label(file *os.File, profile string) {
	if profile == "" {
		return
	}
	p.keep(file)
	text := []byte(label(profile))
	p.do(labelling(profile), unix.SYS_WRITE, file.Fd(), address(placeAll(p, text)), uintptr(len(text))).wants = uintptr(len(text))
}

// LabelFrom is Label for a launched process, which has to open the file itself, in
// the procfs that Arrange has put to Proc. That one is the host's: the
// container's could be anything.
func (p *Plan) LabelFrom(profile string) {
	if profile == "" {
		return
	}
	p.writeFile(Proc, LabelPath, label(profile), failed("opening "+LabelPath), failed(labelling(profile)))
}

func label(profile string) string { return "exec " + profile }

func labelling(profile string) string { return "taking AppArmor profile \"" + profile + "\"" }
