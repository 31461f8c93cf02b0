// Package roll lets processes show that they live. Each signs a file with its name,
// and the kernel strikes out whoever ends, in whatever way. Others then learn of a
// thousand processes which of them live by reading that file.
//
// A signature is a robust futex that nobody ever waits for: what the kernel does
// with a lock whose holder dies (Documentation/locking/robust-futexes.rst). Unlike
// a lock of a file it is one thread's alone; no child inherits it.
package roll

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Signature is a name on a roll.
type Signature struct {
	entry  *entry
	mapped []byte
}

// Sign puts a name on the roll at path, which is made if it is missing, until the
// calling thread ends. The goroutine must be locked to it. A thread can sign once.
func Sign(path, name string) (*Signature, error) {
	if len(name) > LongestName {
		return nil, fmt.Errorf("signing %q as %q: a name has at most %d bytes", path, name, LongestName)
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
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

// signPage gives nil when a page is full. fallocate(2) makes a file longer and
// never shorter, whoever else does so meanwhile.
func signPage(file *os.File, offset int64, name string) (*Signature, error) {
	size := os.Getpagesize()
	if err := unix.Fallocate(int(file.Fd()), 0, offset, int64(size)); err != nil {
		return nil, err
	}
	mapped, err := unix.Mmap(int(file.Fd()), offset, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	for i := range size / entrySize {
		if e := entryAt(mapped, i); e.reserve() {
			if err := e.write(name); err != nil {
				return nil, errors.Join(err, unix.Munmap(mapped))
			}
			return &Signature{entry: e, mapped: mapped}, nil
		}
	}
	return nil, unix.Munmap(mapped)
}

// Strike takes the name off the roll. It is for the thread that signed; on nil it
// does nothing.
func (s *Signature) Strike() {
	if s != nil {
		s.entry.strike() // it stays mapped: the kernel looks at it when the thread ends
	}
}

// Present gives the names on the roll at path, one for each who has signed and
// lives. There are none where there is no roll.
func Present(path string) (names []string, err error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for i := range len(content) / entrySize {
		if name, held := entryAt(content, i).signed(); held {
			names = append(names, name)
		}
	}
	return names, err
}
