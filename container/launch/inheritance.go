package launch

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Withhold keeps from the child what it does not need of this process' memory:
// anything but the program itself, the stack on which it is, and its plan.
// Otherwise each page of what both have is copied when either writes to it, and for
// each all processors are interrupted on which the parent has threads. That took
// more than a tenth of a run's time.
//
// It looks at the memory as it is now, by the host's procfs, and so comes before the
// calling thread enters a container.
func (p *Plan) Withhold() { p.withheld = anonymousMemory() }

// inheritance is what a forked child gets of its parent's memory.
type inheritance struct {
	withheld []span // anonymous memory
	given    []span // of that, what the child needs beside its stack
	page     uintptr
}

// span is a range of addresses: from the first to before the end.
type span struct{ first, end uintptr }

func (s span) holds(address uintptr) bool { return s.first <= address && address < s.end }

// static lies in the program's own memory, which has no name in /proc/self/maps.
var static byte

func newInheritance(p *Plan) *inheritance {
	inherited := &inheritance{withheld: p.withheld, page: uintptr(os.Getpagesize())}
	for _, block := range p.memory.blocks {
		first := address(unsafe.SliceData(block))
		inherited.given = append(inherited.given, span{first, first + uintptr(len(block))})
	}
	return inherited
}

// withC tells of a C library, as the race detector has one. Its threads have memory
// that the kernel writes to whenever they run (rseq(2)), in a child as well.
//
//go:linkname withC runtime.iscgo
var withC bool

// anonymousMemory lists what no file is behind. What cannot be told is left out.
func anonymousMemory() (found []span) {
	if withC {
		return nil
	}
	for line := range bytes.Lines(mappings()) {
		mapped, isAnonymous := parseMapping(line)
		if isAnonymous && !mapped.holds(address(&static)) {
			found = append(found, mapped)
		}
	}
	return found
}

// mappings reads /proc/self/maps, at little cost; what it gives is never complete
// for long.
func mappings() []byte {
	fd, err := unix.Open("/proc/self/maps", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer unix.Close(fd)
	text := make([]byte, 0, 16<<10)
	for len(text) < cap(text) {
		n, err := unix.Read(fd, text[len(text):cap(text)])
		if err != nil || n == 0 {
			break
		}
		text = text[:len(text)+n]
	}
	return text
}

// parseMapping takes a line of /proc/PID/maps (proc_pid_maps(5)), such as
// "7f0ad4000000-7f0ad8000000 rw-p 00000000 00:00 0 [anon: Go: heap]". The stack of
// the first thread is not asked for: it holds the command line, by which a child is
// known as one.
func parseMapping(line []byte) (span, bool) {
	addresses, about, _ := bytes.Cut(line, []byte(" "))
	name, isAnonymous := bytes.CutPrefix(bytes.TrimSpace(about), []byte("rw-p 00000000 00:00 0"))
	if !isAnonymous || len(name) > 0 && !bytes.HasPrefix(bytes.TrimSpace(name), []byte("[anon:")) {
		return span{}, false
	}
	from, to, _ := bytes.Cut(addresses, []byte("-"))
	first, err := strconv.ParseUint(string(from), 16, 64)
	if err != nil {
		return span{}, false
	}
	end, err := strconv.ParseUint(string(to), 16, 64)
	return span{uintptr(first), uintptr(end)}, err == nil
}

// stackPages is how much of the stack a child needs below the page on which it
// begins, where it grows to: more than functions may take for which Go does not make
// it longer. Above it, that page and the next are enough.
const stackPages = 2

// limit withholds memory from the next child (madvise(2), MADV_DONTFORK). stack
// is an address in the stack on which that begins. Errors do not matter: they are
// about memory that is not there any more.
//
//go:nosplit
//go:norace
func (i *inheritance) limit(stack uintptr) {
	for _, memory := range i.withheld {
		memory.advise(unix.MADV_DONTFORK)
	}
	for _, memory := range i.given {
		memory.advise(unix.MADV_DOFORK)
	}
	around := stack &^ (i.page - 1)
	span{around - stackPages*i.page, around + stackPages*i.page}.advise(unix.MADV_DOFORK)
}

// lift undoes limit.
//
//go:nosplit
//go:norace
func (i *inheritance) lift() {
	for _, memory := range i.withheld {
		memory.advise(unix.MADV_DOFORK)
	}
}

//go:nosplit
//go:norace
func (s span) advise(advice uintptr) {
	syscall.RawSyscall(unix.SYS_MADVISE, s.first, s.end-s.first, advice)
}
