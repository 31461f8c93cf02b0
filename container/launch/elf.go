package launch

import (
	"cmp"
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

func (s segment) flags() uint32 {
	if s.executable {
		return readable | executable
	}
	return readable | writable
}

// writeProgram makes an empty file an executable of those segments (elf(5)). The
// headers, on a page of their own, are for the kernel alone.
func writeProgram(file *os.File, segments []segment, entry uintptr) error {
	slices.SortFunc(segments, func(a, b segment) int { return cmp.Compare(a.address(), b.address()) })
	page := uintptr(os.Getpagesize())
	headers := []programHeader{{kind: stack, flags: readable | writable}}
	offset := page
	for _, s := range segments {
		size := uint64(len(s.content))
		headers = append(headers, programHeader{kind: load, flags: s.flags(),
			offset: uint64(offset), address: uint64(s.address()), fileSize: size, memorySize: size, align: uint64(page)})
		if _, err := file.WriteAt(s.content, int64(offset)); err != nil {
			return explainWrite(err)
		}
		offset += (uintptr(size) + page - 1) &^ (page - 1)
	}
	header := newFileHeader(entry, len(headers))
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

// fileHeader is an Elf64_Ehdr of elf(5), programHeader an Elf64_Phdr. Package debug/elf
// has them as well, and decompressors behind it whose tables every start of mydocker
// would compute.
type fileHeader struct {
	identification                                                        [16]byte
	kind, machine                                                         uint16
	version                                                               uint32
	entry, programHeaders, sectionHeaders                                 uint64
	flags                                                                 uint32
	size, programHeaderSize, programs, sectionHeaderSize, sections, names uint16
}

type programHeader struct {
	kind, flags                                                   uint32
	offset, address, physicalAddress, fileSize, memorySize, align uint64
}

// The kinds and flags of segments.
const (
	load       = 1          // PT_LOAD
	stack      = 0x6474e551 // PT_GNU_STACK
	executable = 1          // PF_X
	writable   = 2          // PF_W
	readable   = 4          // PF_R
)

func newFileHeader(entry uintptr, programs int) fileHeader {
	const (
		class64      = 2 // ELFCLASS64
		littleEndian = 1 // ELFDATA2LSB
		current      = 1 // EV_CURRENT
		program      = 2 // ET_EXEC
	)
	machines := map[string]uint16{"amd64": 62, "arm64": 183} // EM_X86_64, EM_AARCH64
	return fileHeader{
		identification: [16]byte{0x7f, 'E', 'L', 'F', class64, littleEndian, current},
		kind:           program, machine: machines[runtime.GOARCH], version: current,
		entry: uint64(entry),
		size:  uint16(unsafe.Sizeof(fileHeader{})), programHeaders: uint64(unsafe.Sizeof(fileHeader{})),
		programHeaderSize: uint16(unsafe.Sizeof(programHeader{})), programs: uint16(programs),
	}
}

// bytesOf gives values as they lie in memory.
func bytesOf[T any](first *T, count int) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(first)), uintptr(count)*unsafe.Sizeof(*first))
}
