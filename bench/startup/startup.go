// Package startup measures how long a Go program takes from exec to main.
package startup

import (
	"debug/elf"
	"debug/gosym"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A Program is a static Go binary, stripped or not.
type Program struct {
	path string
	main uintptr // address of main.main
}

// Open finds main.main in the table that the runtime itself uses for stack
// traces, and which is therefore there in a stripped binary too.
func Open(path string) (*Program, error) {
	binary, err := elf.Open(path)
	if err != nil {
		return nil, err
	}
	defer binary.Close()
	table, text := binary.Section(".gopclntab"), binary.Section(".text")
	if table == nil || text == nil || binary.Type != elf.ET_EXEC {
		return nil, fmt.Errorf("reading %q: not a static Go program", path)
	}
	data, err := table.Data()
	if err != nil {
		return nil, err
	}
	symbols, err := gosym.NewTable(nil, gosym.NewLineTable(data, text.Addr))
	if err != nil {
		return nil, err
	}
	main := symbols.LookupFunc("main.main")
	if main == nil {
		return nil, fmt.Errorf("reading %q: it has no main.main", path)
	}
	return &Program{path: path, main: uintptr(main.Entry)}, nil
}

// breakpoint is the instruction that stops a traced process.
var breakpoint = map[string][]byte{
	"amd64": {0xcc},                   // int3
	"arm64": {0x00, 0x00, 0x20, 0xd4}, // brk #0
}

// ToMain runs the program until it reaches main.main, and kills it there. The
// program is traced, but stops nowhere in between.
func (p *Program) ToMain() (took time.Duration, err error) {
	if breakpoint[runtime.GOARCH] == nil {
		return 0, fmt.Errorf("measuring the start: not known for %s", runtime.GOARCH)
	}
	runtime.LockOSThread() // ptrace wants one and the same thread
	defer runtime.UnlockOSThread()
	// env stands between: tracing begins at its exec, the clock at the next.
	env, err := exec.LookPath("env")
	if err != nil {
		return 0, err
	}
	process, err := os.StartProcess(env, []string{"env", p.path, "version"}, &os.ProcAttr{
		Files: []*os.File{nil, nil, nil}, Sys: &syscall.SysProcAttr{Ptrace: true},
	})
	if err != nil {
		return 0, err
	}
	defer func() {
		process.Kill()
		_, late := process.Wait()
		err = errors.Join(err, late)
	}()
	return p.timeUntilMain(process.Pid)
}

func (p *Program) timeUntilMain(pid int) (time.Duration, error) {
	if err := await(pid, unix.SIGTRAP); err != nil { // env has begun
		return 0, err
	}
	if err := unix.PtraceSetOptions(pid, unix.PTRACE_O_TRACESYSGOOD|unix.PTRACE_O_TRACEEXEC|unix.PTRACE_O_EXITKILL); err != nil {
		return 0, err
	}
	for {
		if err := unix.PtraceSyscall(pid, 0); err != nil {
			return 0, err
		}
		if err := await(pid, unix.SIGTRAP|sysgood); err != nil {
			return 0, err
		}
		if entersExec(pid) {
			break
		}
	}
	began := time.Now()
	if err := continueTo(pid, unix.SIGTRAP); err != nil { // the program's exec
		return 0, err
	}
	if _, err := unix.PtracePokeText(pid, p.main, breakpoint[runtime.GOARCH]); err != nil {
		return 0, err
	}
	err := continueTo(pid, unix.SIGTRAP) // main.main
	return time.Since(began), err
}

// sysgood marks a stop at a system call (PTRACE_O_TRACESYSGOOD).
const sysgood = 0x80

// entersExec tells whether a process that has stopped is about to exec. The
// kernel's struct begins with op (1 means that a call is entered), 23 bytes of
// padding, arch and addresses, and the call's number (ptrace(2)).
func entersExec(pid int) bool {
	var info struct {
		op      uint8
		_       [3]uint8
		arch    uint32
		address [2]uint64
		number  uint64
		_       [6]uint64
	}
	const getSyscallInfo = 0x420e // PTRACE_GET_SYSCALL_INFO
	_, _, errno := unix.Syscall6(unix.SYS_PTRACE, getSyscallInfo, uintptr(pid), unsafe.Sizeof(info), uintptr(unsafe.Pointer(&info)), 0, 0)
	return errno == 0 && info.op == 1 && info.number == unix.SYS_EXECVE
}

// continueTo lets a process run until it stops by a signal. Any other signal
// is given to it: Go sends itself some.
func continueTo(pid int, signal unix.Signal) error {
	deliver := unix.Signal(0)
	for {
		if err := unix.PtraceCont(pid, int(deliver)); err != nil {
			return err
		}
		stopped, err := wait(pid)
		if err != nil || stopped == signal {
			return err
		}
		deliver = stopped
	}
}

// await waits until a process stops by a signal.
func await(pid int, signal unix.Signal) error {
	stopped, err := wait(pid)
	if err == nil && stopped != signal {
		err = fmt.Errorf("tracing process %d: stopped by signal %d where %d was due", pid, stopped, signal)
	}
	return err
}

// wait waits until a process stops and gives the signal that stopped it.
func wait(pid int) (unix.Signal, error) {
	var status unix.WaitStatus
	_, err := unix.Wait4(pid, &status, unix.WALL, nil)
	for err == unix.EINTR {
		_, err = unix.Wait4(pid, &status, unix.WALL, nil)
	}
	if err == nil && !status.Stopped() {
		err = fmt.Errorf("tracing process %d: it ended (%#x)", pid, status)
	}
	return status.StopSignal(), err
}
