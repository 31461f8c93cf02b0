package snapshot

import (
	"encoding/binary"
	"fmt"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Watch remembers every name that ever appears in a directory, also one that
// is gone before anybody looks. That is how a test knows the containers that
// it has had.
type Watch struct {
	fd    int
	names []string
}

// WatchDirectory makes the directory where it is missing and begins to watch.
func WatchDirectory(path string) (*Watch, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("watching %q: %w", path, err)
	}
	if _, err := unix.InotifyAddWatch(fd, path, unix.IN_CREATE|unix.IN_MOVED_TO); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("watching %q: %w", path, err)
	}
	return &Watch{fd: fd}, nil
}

// Names gives what has appeared until now. Hidden names, which are temporary
// files, do not count.
func (w *Watch) Names() []string {
	buffer := make([]byte, 64*1024)
	for {
		n, err := unix.Read(w.fd, buffer)
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return slices.Clone(w.names)
		}
		w.remember(buffer[:n])
	}
}

// remember reads inotify events (inotify(7)): 16 bytes, of which the last four
// are the length of the name that follows, padded with NUL.
func (w *Watch) remember(events []byte) {
	const header = unix.SizeofInotifyEvent
	for len(events) >= header {
		end := header + int(binary.NativeEndian.Uint32(events[header-4:]))
		name := strings.TrimRight(string(events[header:end]), "\x00")
		// An event without a name is the end of the watch, or of its memory.
		if name != "" && !strings.HasPrefix(name, ".") && !slices.Contains(w.names, name) {
			w.names = append(w.names, name)
		}
		events = events[end:]
	}
}

// Close ends the watch; what it has remembered stays.
func (w *Watch) Close() error { return unix.Close(w.fd) }
