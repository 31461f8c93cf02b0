package archive

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

func (u *unpacker) file(e entry, content io.Reader) error {
	if err := u.space.take(e.Size); err != nil {
		return err
	}
	fd, err := u.create(e)
	if err != nil {
		return fmt.Errorf("making the file: %w", err)
	}
	u.contents.Size += e.Size
	if u.background.takes(e.Header) {
		return u.background.write(fd, e.Header, content)
	}
	defer unix.Close(fd)
	if err := u.fill(fd, e.Header, content); err != nil {
		return err
	}
	return u.complete(fd, e.Header)
}

// complete gives a file that has its content all else.
func (u *unpacker) complete(fd int, header *tar.Header) error {
	if err := u.describe(fd, header); err != nil {
		return err
	}
	return setTimesOf(fd, header.ModTime)
}

// create makes a new file; what has its name is removed before. So a file
// that is written to is never one that a link planted earlier leads to.
func (u *unpacker) create(e entry) (fd int, err error) {
	const flags = unix.O_WRONLY | unix.O_CREAT | unix.O_EXCL | unix.O_NOFOLLOW | unix.O_CLOEXEC
	err = u.replacing(e, func() error {
		fd, err = unix.Openat(e.parent, e.base, flags, 0o600)
		return err
	})
	if u.merge && errors.Is(err, unix.EBUSY) {
		return openMountPoint(e, err)
	}
	return fd, err
}

// openMountPoint empties a plain file on which another one is mounted, and which
// therefore cannot be removed.
func openMountPoint(e entry, busy error) (fd int, err error) {
	place, err := unix.Openat(e.parent, e.base, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	mounted := os.NewFile(uintptr(place), e.base)
	defer mounted.Close()
	stat, err := handle.Stat(mounted)
	if err != nil {
		return -1, err
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return -1, busy
	}
	return unix.Open(handle.Path(mounted), unix.O_WRONLY|unix.O_TRUNC|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
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
