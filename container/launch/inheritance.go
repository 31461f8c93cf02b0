package launch

import (
	"bytes"
	"os"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// inheritance is what a forked child gets of the memory of a Go program: the
// program itself, the stack on which it is, and its plan. Whatever else both
// processes had would be copied, page by page, when either writes to it, and for
// each page all processors be interrupted on which the parent has threads. That
// took more than a tenth of a run's time.
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

// newInheritance looks at the calling process. Where its memory cannot be told,
// the child gets more.
func newInheritance(plan memory) *inheritance {
	found := &inheritance{page: uintptr(os.Getpagesize())}
	if withC {
		return found
	}
	for line := range bytes.Lines(mappings()) {
		mapped, isAnonymous := parseMapping(line)
		if isAnonymous && !mapped.holds(address(&static)) {
			found.withheld = append(found.withheld, mapped)
		}
	}
	for _, block := range plan.blocks {
		first := address(unsafe.SliceData(block))
		found.given = append(found.given, span{first, first + uintptr(len(block))})
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

// stackPages is how much of the stack a child needs, above and below where it
// begins: more than functions may take for which the stack does not grow.
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
