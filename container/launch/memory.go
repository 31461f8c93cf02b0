package launch

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// memory is where a plan's system calls find what they point at: apart from Go's
// heap, because a launcher has nothing but this, at the same addresses.
type memory struct {
	blocks []block
}

// block is a part of it, of which so many bytes are taken.
type block struct {
	content []byte
	taken   uintptr
}

// usualBlock is more than most plans need, in bytes.
const usualBlock = 64 << 10

// alignment suits every type.
const alignment = 16

// take gives memory that is all zero.
func (m *memory) take(size uintptr) unsafe.Pointer {
	size = (size + alignment - 1) &^ (alignment - 1)
	if len(m.blocks) == 0 || size > m.last().left() {
		m.add(size)
	}
	last := m.last()
	last.taken += size
	return unsafe.Pointer(&last.content[last.taken-size])
}

func (m *memory) last() *block { return &m.blocks[len(m.blocks)-1] }

func (b *block) left() uintptr { return uintptr(len(b.content)) - b.taken }

// add panics when there is no memory, as Go's own allocation does. Each block is twice
// as large as the last one, so that there are few: a launcher has a header for each.
func (m *memory) add(size uintptr) {
	size = max(size, usualBlock<<len(m.blocks))
	content, err := unix.Mmap(-1, 0, int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		panic("out of memory: " + err.Error())
	}
	m.blocks = append(m.blocks, block{content: content})
}

// release gives the memory back. The plan cannot be carried out any more.
func (m *memory) release() {
	for _, block := range m.blocks {
		unix.Munmap(block.content)
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
