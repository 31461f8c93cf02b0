package detach

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"

	"mydocker/internal/smallfile"
)

// title is what others see in place of this program's words.
var title []byte

// inscribe has others see words in place of this program's arguments, which lie in memory
// and may be secret.
func inscribe(memory []byte, words []string) {
	if show(words) == nil {
		clear(memory)
		return
	}
	fit(memory, words)
}

// show has the kernel look for this program's words elsewhere. It can since Linux 3.18, if
// it was built with CONFIG_CHECKPOINT_RESTORE.
func show(words []string) error {
	for _, word := range words {
		title = append(append(title, word...), 0)
	}
	layout, err := ownLayout()
	if err != nil {
		return err
	}
	start := uint64(uintptr(unsafe.Pointer(&title[0])))
	layout.argumentStart, layout.argumentEnd = start, start+uint64(len(title))
	return unix.Prctl(unix.PR_SET_MM, unix.PR_SET_MM_MAP, uintptr(unsafe.Pointer(layout)), unsafe.Sizeof(*layout), 0)
}

// layout is struct prctl_mm_map (PR_SET_MM in prctl(2)).
type layout struct {
	codeStart, codeEnd, dataStart, dataEnd uint64
	breakStart, breakEnd, stackStart       uint64
	argumentStart, argumentEnd             uint64
	environmentStart, environmentEnd       uint64

	auxiliary     uint64 // vector, of the size; 0 leaves it as it is
	auxiliarySize uint32
	executable    uint32 // its descriptor
}

// same leaves this program's executable as it is.
const same = ^uint32(0)

// ownLayout gives what the layout of this program's memory is, from /proc/self/stat
// (proc_pid_stat(5)).
func ownLayout() (*layout, error) {
	stat, err := smallfile.Read("/proc/self/stat")
	if err != nil {
		return nil, err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const third, last = 3, 51
	if len(fields) <= last-third {
		return nil, fmt.Errorf("parsing /proc/self/stat: fewer than %d fields", last)
	}
	field := func(number int) uint64 {
		value, _ := strconv.ParseUint(string(fields[number-third]), 10, 64)
		return value
	}
	end, _, errno := unix.RawSyscall(unix.SYS_BRK, 0, 0, 0)
	if errno != 0 {
		return nil, os.NewSyscallError("brk", errno)
	}
	return &layout{
		codeStart: field(26), codeEnd: field(27), stackStart: field(28), dataStart: field(45), dataEnd: field(46),
		breakStart: field(47), breakEnd: uint64(end), environmentStart: field(50), environmentEnd: field(51), executable: same,
	}, nil
}

// fit writes words into the memory of the arguments, as many as there is room for.
func fit(memory []byte, words []string) {
	clear(memory)
	for _, word := range words {
		if len(word) >= len(memory) {
			break
		}
		memory = memory[copy(memory, word)+len("\x00"):]
	}
}
