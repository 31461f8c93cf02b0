package host

import (
	"errors"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// place and prefix say where hosts have their directories.
const (
	place  = "/var/tmp"
	prefix = "bench-"
)

// newDirectory makes a host's directory and locks it for as long as this
// process lives.
func newDirectory() (path string, err error) {
	if path, err = os.MkdirTemp(place, prefix); err != nil {
		return "", err
	}
	if err := os.Chmod(path, 0o755); err != nil {
		return "", err
	}
	return path, hold(path)
}

// hold locks a directory, unless somebody else has. The descriptor stays open
// and ends with the process, and the lock with it.
func hold(path string) error {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
		unix.Close(fd)
		return err
	}
	return nil
}

// sweep removes what benchmarks have left that were killed before they could:
// their processes died with them, their files and cgroups did not.
func sweep() (err error) {
	directories, _ := filepath.Glob(filepath.Join(place, prefix+"*"))
	for _, directory := range directories {
		if hold(directory) != nil {
			continue // it is somebody's
		}
		h := Host{Directory: directory, Cgroup: filepath.Base(directory)}
		mountDisk(directory) // where it is whole; else it has no containers
		err = errors.Join(err, clearContainers(h.listed()), clearCgroups(h.Cgroup), removeDirectory(directory))
	}
	return err
}

// listed gives the IDs of the containers that mydocker has records of.
func (h Host) listed() (ids []string) {
	entries, _ := os.ReadDir(h.containers()) // none where it had not begun
	for _, entry := range entries {
		ids = append(ids, entry.Name())
	}
	return ids
}
