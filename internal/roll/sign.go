package roll

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// Signature is a name on a roll.
type Signature struct{ entry *entry }

// Sign puts a name on the roll at path, which is made if it is missing, as long as
// the calling thread lives. The goroutine must be locked to it. A thread can sign once.
func Sign(path, name string) (*Signature, error) {
	if len(name) > LongestName {
		return nil, fmt.Errorf("signing %q as %q: a name has at most %d bytes", path, name, LongestName)
	}
	file, err := open(path, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	for offset := int64(0); ; offset += int64(os.Getpagesize()) {
		signature, err := signPage(file, offset, name)
		if err != nil {
			return nil, fmt.Errorf("signing %q: %w", path, err)
		}
		if signature != nil {
			return signature, nil
		}
	}
}

// signPage gives nil when a page is full.
func signPage(file *os.File, offset int64, name string) (*Signature, error) {
	size := os.Getpagesize()
	if err := lengthen(file, offset, int64(size)); err != nil {
		return nil, err
	}
	page, err := unix.Mmap(int(file.Fd()), offset, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	for i := range size / entrySize {
		if e := entryAt(page, i); e.reserve() {
			unix.Mlock(page) // the kernel may find no memory to read it in again when the thread ends
			if err := e.write(name); err != nil {
				return nil, errors.Join(err, unix.Munmap(page))
			}
			return &Signature{e}, nil
		}
	}
	return nil, unix.Munmap(page)
}

// lengthen makes sure that the file has a page. fallocate(2) never makes a file
// shorter, whoever else lengthens it meanwhile.
func lengthen(file *os.File, offset, size int64) error {
	for {
		if err := unix.Fallocate(int(file.Fd()), 0, offset, size); err != unix.EINTR {
			return err
		}
	}
}

// Strike takes the name off the roll. It is for the thread that signed; on nil it
// does nothing.
func (s *Signature) Strike() {
	if s == nil {
		return
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() { recover() }() // somebody has cut the file short
	s.entry.strike()
}
