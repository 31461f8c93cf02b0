package transfer

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"mydocker/internal/handle"
)

// copyContent copies size bytes, holes as holes, or as many as there are: a file may
// become shorter meanwhile, and those of sysfs are shorter than they say. Where the
// file system can share blocks between files, the kernel does (copy_file_range). The
// copy gets its length last: one that is cut short does not look whole.
func copyContent(from, to *os.File, size int64) (copied int64, err error) {
	for offset := int64(0); offset < size; {
		start, stop, err := nextData(int(from.Fd()), offset, size)
		if err != nil {
			return offset, err
		}
		if start == size {
			break
		}
		if offset, err = copyRange(from, to, start, stop-start); err != nil {
			return offset, err
		}
		if offset < stop {
			return offset, unix.Ftruncate(int(to.Fd()), offset)
		}
	}
	return end(from, to, size)
}

// end gives a copy its length, with the hole at its end if there is one, or that of
// its source, if it is shorter by now.
func end(from, to *os.File, size int64) (int64, error) {
	stat, err := handle.Stat(from)
	if err != nil {
		return size, err
	}
	size = min(size, stat.Size)
	return size, unix.Ftruncate(int(to.Fd()), size)
}

// nextData finds the next piece of a file that is no hole, lseek(2) with
// SEEK_DATA and SEEK_HOLE; start is size when there is none. A file system
// that keeps no account of holes has one piece.
func nextData(fd int, offset, size int64) (start, end int64, err error) {
	start, err = unix.Seek(fd, offset, unix.SEEK_DATA)
	if errors.Is(err, unix.ENXIO) {
		return size, size, nil
	}
	if errors.Is(err, unix.EINVAL) {
		return offset, size, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("looking for data: %w", err)
	}
	end, err = unix.Seek(fd, start, unix.SEEK_HOLE)
	if errors.Is(err, unix.ENXIO) { // it ends before that by now
		return size, size, nil
	}
	if err != nil {
		return 0, 0, fmt.Errorf("looking for holes: %w", err)
	}
	return min(start, size), min(end, size), nil
}

// copyRange tells how far it came.
func copyRange(from, to *os.File, offset, length int64) (reached int64, err error) {
	readAt, writeAt := offset, offset
	for length > 0 {
		n, err := unix.CopyFileRange(int(from.Fd()), &readAt, int(to.Fd()), &writeAt, int(min(length, 1<<30)), 0)
		if errors.Is(err, unix.EXDEV) || errors.Is(err, unix.ENOSYS) ||
			errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) {
			return copyByHand(from, to, readAt, length)
		}
		if err != nil {
			return readAt, fmt.Errorf("copying the content: %w", err)
		}
		if n == 0 {
			return readAt, nil
		}
		length -= int64(n)
	}
	return readAt, nil
}

func copyByHand(from, to *os.File, offset, length int64) (reached int64, err error) {
	n, err := io.Copy(io.NewOffsetWriter(to, offset), io.NewSectionReader(from, offset, length))
	return offset + n, err
}
