package handle

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// OpenMounted empties and opens a plain file that is mounted under a name, such as a
// container's /etc/hosts: nothing can be renamed over it, and it is written to in
// place. Without one it gives -1.
func OpenMounted(directory int, name string) (fd int, err error) {
	looked, err := unix.Openat(directory, name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ENOENT) {
		return -1, nil
	}
	if err != nil {
		return -1, err
	}
	entry := os.NewFile(uintptr(looked), name)
	defer entry.Close()
	if mounted, err := isMountedFile(directory, entry); !mounted || err != nil {
		return -1, err
	}
	return unix.Open(Path(entry), unix.O_WRONLY|unix.O_TRUNC|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
}

func isMountedFile(directory int, entry *os.File) (bool, error) {
	stat, err := Stat(entry)
	if err != nil || stat.Mode&unix.S_IFMT != unix.S_IFREG {
		return false, err
	}
	above, err := MountID(directory)
	if err != nil {
		return false, err
	}
	below, err := MountID(int(entry.Fd()))
	return above != below, err
}

// MountID tells which mount an open file is on: the field mnt_id of
// /proc/self/fdinfo, proc(5).
func MountID(fd int) (string, error) {
	path := "/proc/self/fdinfo/" + strconv.Itoa(fd)
	info, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(info)) {
		if id, ok := strings.CutPrefix(line, "mnt_id:"); ok {
			return strings.TrimSpace(id), nil
		}
	}
	return "", fmt.Errorf("reading %q: no mnt_id", path)
}
