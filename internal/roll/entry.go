package roll

import (
	"bytes"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// LongestName is how many bytes a name may have.
const LongestName = 24

const (
	entrySize = 64

	// Bits of a holder (linux/futex.h).
	thread   = 0x3fffffff // FUTEX_TID_MASK: the thread that has signed
	died     = 0x40000000 // FUTEX_OWNER_DIED: it has ended
	reserved = 0x80000000 // FUTEX_WAITERS: here, that an entry is being written

	nobody = 0 // the entry is free
)

// entry is what the file holds of one signature. Its first two fields mean something
// to the kernel alone, and as long as the thread lives: they hold addresses in its
// process. They lie here and not in memory of its own because the kernel may take
// that away from a process when memory is short, before it looks at them.
type entry struct {
	head   listHead
	link   link   // the only element of the list
	holder uint32 // the futex: the thread's ID in its own pid namespace
	_      uint32
	name   [LongestName]byte // the rest is zero
}

// listHead is struct robust_list_head of linux/futex.h.
type listHead struct {
	first   uintptr // a link
	offset  int     // from a link to its futex, in bytes
	pending uintptr
}

// link is struct robust_list. The last one's next is the head.
type link struct{ next uintptr }

// entryAt gives the entry at a place of the file or of a mapped part of it.
func entryAt(content []byte, index int) *entry {
	return (*entry)(unsafe.Pointer(&content[index*entrySize]))
}

// reserve takes a free entry. One that was reserved by somebody who died before it
// was written is lost.
func (e *entry) reserve() bool { return atomic.CompareAndSwapUint32(&e.holder, nobody, reserved) }

// write makes a reserved entry the calling thread's. The kernel knows of it first,
// so that there is no moment in which it would stay.
func (e *entry) write(name string) error {
	clear(e.name[:])
	copy(e.name[:], name)
	head := uintptr(unsafe.Pointer(&e.head))
	e.link.next = head
	e.head = listHead{
		first:  uintptr(unsafe.Pointer(&e.link)),
		offset: int(unsafe.Offsetof(e.holder) - unsafe.Offsetof(e.link)),
	}
	_, _, errno := unix.RawSyscall(unix.SYS_SET_ROBUST_LIST, head, unsafe.Sizeof(e.head), 0)
	if errno != 0 {
		atomic.StoreUint32(&e.holder, nobody)
		return errno
	}
	atomic.StoreUint32(&e.holder, uint32(unix.Gettid()))
	return nil
}

// strike gives the entry back, if it is the calling thread's. The kernel forgets it
// first: it will be somebody else's.
func (e *entry) strike() {
	unix.RawSyscall(unix.SYS_SET_ROBUST_LIST, 0, unsafe.Sizeof(e.head), 0)
	atomic.CompareAndSwapUint32(&e.holder, uint32(unix.Gettid()), nobody)
}

// signed gives the name of who has signed, and whether he lives.
func (e *entry) signed() (name string, lives bool) {
	if e.holder&(thread|died) == 0 {
		return "", false
	}
	return string(bytes.TrimRight(e.name[:], "\x00")), e.holder&thread != 0
}
