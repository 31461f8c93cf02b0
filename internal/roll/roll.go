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
	"unsafe"

	"golang.org/x/sys/unix"
)

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

// errNotInMemory says that a roll would lie on a disk, which may keep the name of
// one whom the kernel has marked: when it fails, or is copied.
var errNotInMemory = errors.New("a roll is kept in memory alone, on tmpfs")

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

func read(file *os.File) ([]byte, error) {
	about, err := file.Stat()
	if err != nil {
		return nil, err
	}
	content := bytes.NewBuffer(make([]byte, 0, about.Size()+bytes.MinRead))
	_, err = content.ReadFrom(file)
	return content.Bytes(), err
}
