package launch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// script is what a launcher carries out. It lies in front of the launcher's code,
// which knows both this and a step by their names here (launcher_*.s).
type script struct {
	first, end *step    // from the first to behind the last
	outcome    *Failure // what it tells by Status at the end
	refusal    *byte    // what it says when Status is not open
	length     uintptr  // of refusal
}

// What launcher_*.s takes from the kernel's numbers.
const (
	sysWrite     = unix.SYS_WRITE
	sysExecveat  = unix.SYS_EXECVEAT
	sysExitGroup = unix.SYS_EXIT_GROUP

	errNoEntry      = uintptr(unix.ENOENT)
	errNoDirectory  = uintptr(unix.ENOTDIR)
	errNoAccess     = uintptr(unix.EACCES)
	errInterrupted  = uintptr(unix.EINTR)
	errNoDescriptor = uintptr(unix.EBADF)
	errBrokenPipe   = uintptr(unix.EPIPE)
)

// lastCode is what launcher_*.s puts behind the code, so that one can see how long
// it is.
const lastCode = 0x6c61756e63686564

// script gives what is to be carried out, in the plan's memory. The explanations are
// mydocker's own.
func (p *Plan) script() script {
	first := placeAll(p, p.steps)
	for i := range p.steps {
		unsafe.Slice(first, len(p.steps))[i].explain = nil
	}
	refusal := fmt.Appendf(nil, "mydocker: starting %q: it leads to mydocker's own launcher: refused\n", p.program.name)
	return script{
		first: first, end: (*step)(unsafe.Add(unsafe.Pointer(first), len(p.steps)*int(unsafe.Sizeof(*first)))),
		outcome: place(p, Failure{}), refusal: placeAll(p, refusal), length: uintptr(len(refusal)),
	}
}

// interpreter gives the address of the code.
func interpreter() unsafe.Pointer

// code is the launcher's, which runs wherever it is put.
func code() []byte {
	const most = 1 << 12 // more than it takes, and there is other code behind it
	text := unsafe.Slice((*byte)(interpreter()), most)
	return text[:bytes.Index(text, binary.NativeEndian.AppendUint64(nil, lastCode))]
}
