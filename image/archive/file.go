package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// file unpacks a plain file. What has its name is never written to, so that no link
// planted earlier leads there. A mount point alone cannot be replaced, and is written
// to in place.
func (u *unpacker) file(e entry, content io.Reader) error {
	if err := u.space.take(e.Size); err != nil {
		return err
	}
	u.contents.Size += e.Size
	mounted, err := u.openMounted(e)
	if err != nil {
		return fmt.Errorf("making the file: %w", err)
	}
	if mounted >= 0 {
		return u.write(mounted, e.Header, content)
	}
	fd := -1
	create := func(name string) (err error) {
		fd, err = makeFile(e.parent, name)
		return err
	}
	return u.put(e, create, func(string) error { return u.write(fd, e.Header, content) })
}

// openMounted is handle.OpenMounted; it gives -1 where there is no such file.
func (u *unpacker) openMounted(e entry) (fd int, err error) {
	if !u.merge {
		return -1, nil
	}
	return handle.OpenMounted(e.parent, e.base)
}

func makeFile(parent int, name string) (fd int, err error) {
	const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
	fd, err = unix.Openat(parent, name, flags, 0o600)
	if err != nil {
		return -1, fmt.Errorf("making the file: %w", err)
	}
	return fd, nil
}

// write gives an open file all that its entry has, and closes it.
func (u *unpacker) write(fd int, header *tar.Header, content io.Reader) error {
	if u.background.takes(header) {
		return u.background.write(fd, header, content)
	}
	defer unix.Close(fd)
	if err := u.fill(fd, header, content); err != nil {
		return err
	}
	return u.complete(fd, header)
}

// complete gives a file that has its content all else.
func (u *unpacker) complete(fd int, header *tar.Header) error {
	if err := u.describe(fd, header); err != nil {
		return err
	}
	return setTimesOf(fd, header.ModTime)
}

// fill writes the content of an entry, holes as holes.
func (u *unpacker) fill(fd int, header *tar.Header, content io.Reader) error {
	put := writeAll
	if isSparse(header) {
		put = writeSparse
		if err := unix.Ftruncate(fd, header.Size); err != nil {
			return fmt.Errorf("making a file of %d bytes: %w", header.Size, err)
		}
	}
	var offset int64
	for {
		n, readErr := content.Read(u.buffer)
		if err := put(fd, u.buffer[:n], offset); err != nil {
			return writeError(err)
		}
		offset += int64(n)
		if errors.Is(readErr, io.EOF) {
			return nil
		}
		if readErr != nil {
			return cutShort(readErr)
		}
	}
}

func writeError(err error) error { return fmt.Errorf("writing: %w", err) }

// isSparse tells the dialects of GNU tar for files with holes: a type of its
// own, or PAX records (versions 0.0 to 1.0).
func isSparse(header *tar.Header) bool {
	if header.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range header.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

func writeAll(fd int, data []byte, offset int64) error {
	for len(data) > 0 {
		n, err := unix.Pwrite(fd, data, offset)
		if err != nil {
			return err
		}
		data, offset = data[n:], offset+int64(n)
	}
	return nil
}

// sparseBlock is the size of the smallest hole, the usual block of a file
// system.
const sparseBlock = 4096

// writeSparse writes only blocks that hold something else than zeros.
func writeSparse(fd int, data []byte, offset int64) error {
	var zeros [sparseBlock]byte
	for len(data) > 0 {
		// A block ends where the file's own blocks end.
		block := data[:min(len(data), sparseBlock-int(offset%sparseBlock))]
		if !bytes.Equal(block, zeros[:len(block)]) {
			if err := writeAll(fd, block, offset); err != nil {
				return err
			}
		}
		data, offset = data[len(block):], offset+int64(len(block))
	}
	return nil
}
