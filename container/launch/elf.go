package launch

import (
	"cmp"
	"debug/elf"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"unsafe"

	"golang.org/x/sys/unix"
)

// segment is a part of a program's memory: what is to lie there at the addresses at
// which it lies here. They are below any stack that the kernel may give to the
// program, as all memory is whose place the kernel chooses.
type segment struct {
	content    []byte
	executable bool // else it can be written to
}

func (s segment) address() uintptr { return address(unsafe.SliceData(s.content)) }

func (s segment) flags() elf.ProgFlag {
	if s.executable {
		return elf.PF_R | elf.PF_X
	}
	return elf.PF_R | elf.PF_W
}

// writeProgram makes an empty file an executable of those segments (elf(5)). The
// headers, on a page of their own, are for the kernel alone.
func writeProgram(file *os.File, segments []segment, entry uintptr) error {
	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.address(), b.address()) })
	page := uintptr(os.Getpagesize())
	headers := []elf.Prog64{{Type: uint32(elf.PT_GNU_STACK), Flags: uint32(elf.PF_R | elf.PF_W)}}
	offset := page
	for _, s := range segments {
		size := uint64(len(s.content))
		headers = append(headers, elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(s.flags()),
			Off: uint64(offset), Vaddr: uint64(s.address()), Filesz: size, Memsz: size, Align: uint64(page)})
		if _, err := file.WriteAt(s.content, int64(offset)); err != nil {
			return explainWrite(err)
		}
		offset += (uintptr(size) + page - 1) &^ (page - 1)
	}
	header := fileHeader(entry, len(headers))
	text := append(bytesOf(&header, 1), bytesOf(&headers[0], len(headers))...)
	if uintptr(len(text)) > page {
		return fmt.Errorf("writing a launcher: %w: its memory is in %d pieces", unix.E2BIG, len(segments))
	}
	if _, err := file.WriteAt(text, 0); err != nil {
		return explainWrite(err)
	}
	return nil
}

func explainWrite(err error) error {
	if errors.Is(err, unix.EFBIG) {
		return fmt.Errorf("writing a launcher: %w: the limit on the size of files (ulimit -f) is too low for it", unix.EFBIG)
	}
	return fmt.Errorf("writing a launcher: %w", err)
}

func fileHeader(entry uintptr, programs int) elf.Header64 {
	machines := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}
	return elf.Header64{
		Ident: [elf.EI_NIDENT]byte{0x7f, 'E', 'L', 'F', byte(elf.ELFCLASS64), byte(elf.ELFDATA2LSB), byte(elf.EV_CURRENT)},
		Type:  uint16(elf.ET_EXEC), Machine: uint16(machines[runtime.GOARCH]), Version: uint32(elf.EV_CURRENT),
		Entry:  uint64(entry),
		Ehsize: uint16(unsafe.Sizeof(elf.Header64{})), Phoff: uint64(unsafe.Sizeof(elf.Header64{})),
		Phentsize: uint16(unsafe.Sizeof(elf.Prog64{})), Phnum: uint16(programs),
	}
}

// bytesOf gives values as they lie in memory.
func bytesOf[T any](first *T, count int) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(first)), uintptr(count)*unsafe.Sizeof(*first))
}
