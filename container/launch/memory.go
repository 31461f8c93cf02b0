package launch

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// memory is where a plan's system calls find what they point at: apart from Go's
// heap, because a launcher has nothing but this, at the same addresses.
type memory struct {
	blocks [][]byte
	free   []byte // what is left of the last block
}

// usualBlock is more than most plans need, in bytes.
const usualBlock = 64 << 10

// alignment suits every type.
const alignment = 16

// take gives memory that is all zero.
func (m *memory) take(size uintptr) unsafe.Pointer {
	size = (size + alignment - 1) &^ (alignment - 1)
	if size > uintptr(len(m.free)) {
		m.add(max(size, usualBlock))
	}
	taken := m.free
	m.free = m.free[size:]
	return unsafe.Pointer(unsafe.SliceData(taken))
}

// add panics when there is no memory, as Go's own allocation does.
func (m *memory) add(size uintptr) {
	block, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		panic("out of memory: " + err.Error())
	}
	m.blocks, m.free = append(m.blocks, block), block
}

// release gives the memory back. The plan cannot be carried out any more.
func (m *memory) release() {
	for _, block := range m.blocks {
		unix.Munmap(block)
	}
	*m = memory{}
}

// place copies a value to the plan's memory. What it points at must lie there too.
func place[T any](p *Plan, value T) *T {
	placed := (*T)(p.memory.take(unsafe.Sizeof(value)))
	*placed = value
	return placed
}

// placeAll is place for a list; nil for an empty one.
func placeAll[T any](p *Plan, values []T) *T {
	if len(values) == 0 {
		return nil
	}
	placed := (*T)(p.memory.take(unsafe.Sizeof(values[0]) * uintptr(len(values))))
	copy(unsafe.Slice(placed, len(values)), values)
	return placed
}

// placeText is place for a text, which ends with a NUL then.
func placeText(p *Plan, text string) (*byte, error) {
	terminated, err := unix.ByteSliceFromString(text)
	if err != nil {
		return nil, err
	}
	return placeAll(p, terminated), nil
}

// address is that of something in the plan's memory, for a system call.
func address[T any](placed *T) uintptr { return uintptr(unsafe.Pointer(placed)) }
