// Package roll lets processes show that they live. Each signs a file with its name,
// and the kernel marks whoever ends, in whatever way, unless he has struck his name
// before. Others then learn of a thousand processes which of them live, and which
// have died, by reading that file.
//
// A signature is a robust futex that nobody ever waits for: what the kernel does
// with a lock whose holder dies (Documentation/locking/robust-futexes.rst). Unlike
// a lock of a file it is one thread's alone; no child inherits it.
package roll

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Signature is a name on a roll.
type Signature struct{ entry *entry }

// errNotInMemory says that a roll would lie on a disk, which may keep the name of
// one whom the kernel has marked: when it fails, or is copied.
var errNotInMemory = errors.New("a roll is kept in memory alone, on tmpfs")

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

// open opens a roll that can be believed.
func open(path string, flags int) (*os.File, error) {
	file, err := os.OpenFile(path, flags|unix.O_NONBLOCK|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	var about unix.Statfs_t
	err = unix.Fstatfs(int(file.Fd()), &about)
	if err == nil && about.Type != unix.TMPFS_MAGIC && about.Type != unix.RAMFS_MAGIC {
		err = fmt.Errorf("opening %q: %w", path, errNotInMemory)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
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

// Read gives the names on the roll at path: of those who have signed and live, and
// of those who have died since and whom nobody has struck. There are none where
// there is no roll.
func Read(path string) (present, dead []string, err error) {
	file, err := open(path, os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errNotInMemory) {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	content, err := read(file)
	for i := range len(content) / entrySize {
		switch name, lives := entryAt(content, i).signed(); {
		case lives:
			present = append(present, name)
		case name != "":
			dead = append(dead, name)
		}
	}
	return present, dead, err
}

func read(file *os.File) ([]byte, error) {
	about, err := file.Stat()
	if err != nil {
		return nil, err
	}
	content := bytes.NewBuffer(make([]byte, 0, about.Size()+bytes.MinRead))
	_, err = content.ReadFrom(file)
	return content.Bytes(), err
}

// Strike takes those of other people's names off the roll at path that are not
// wanted: of who has died, or lives and has no right to it any more. Who signs in
// the same place at that moment is struck out instead.
func Strike(path string, unwanted func(name string, lives bool) bool) error {
	file, err := open(path, os.O_RDWR)
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := read(file)
	free := binary.NativeEndian.AppendUint32(nil, nobody)
	for i := range len(content) / entrySize {
		if name, lives := entryAt(content, i).signed(); name != "" && unwanted(name, lives) {
			_, late := file.WriteAt(free, int64(i*entrySize)+int64(unsafe.Offsetof(entry{}.holder)))
			err = errors.Join(err, late)
		}
	}
	return err
}
