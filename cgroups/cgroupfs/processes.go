package cgroupfs

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Processes lists the pids in the cgroup and in those below it, sorted. What is
// gone is empty. A process of which only one thread is inside is listed, too.
func (d Directory) Processes() ([]int, error) {
	pids, err := processesIn(d.Location())
	slices.Sort(pids)
	return slices.Compact(pids), err
}

func processesIn(directory string) ([]int, error) {
	pids, err := ownProcesses(directory)
	if err != nil {
		return nil, err
	}
	below, err := subdirectories(directory)
	if err != nil {
		return nil, err
	}
	for _, child := range below {
		inside, err := processesIn(child)
		if err != nil {
			return nil, err
		}
		pids = append(pids, inside...)
	}
	return pids, nil
}

func ownProcesses(directory string) ([]int, error) {
	text, err := Read(directory, "cgroup.procs")
	switch {
	case gone(err):
		return nil, nil
	case errors.Is(err, unix.EOPNOTSUPP):
		// A threaded cgroup of version 2: its processes are listed by the
		// domain above it.
		return nil, nil
	case err != nil:
		return nil, err
	}
	var pids []int
	for field := range strings.FieldsSeq(text) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("reading %q: %q is not a pid", directory+"/cgroup.procs", field)
		}
		pids = append(pids, pid)
	}
	return pids, nil
}

// gone tells whether an error says that the cgroup is not there: ENODEV is what
// a file says that was opened before its cgroup was removed.
func gone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENODEV)
}

// subdirectories lists the cgroups directly below one. A cgroup directory has
// two links and one for each of them, so that most are not even read.
func subdirectories(directory string) ([]string, error) {
	var stat unix.Stat_t
	if err := unix.Stat(directory, &stat); err != nil || stat.Nlink == 2 {
		return nil, IgnoreGone(err)
	}
	entries, err := os.ReadDir(directory)
	if err != nil {
		return nil, IgnoreGone(err)
	}
	var below []string
	for _, entry := range entries {
		if entry.IsDir() {
			below = append(below, directory+"/"+entry.Name())
		}
	}
	return below, nil
}

// IgnoreGone makes success of an error that says that the cgroup is not there.
func IgnoreGone(err error) error {
	if gone(err) {
		return nil
	}
	return err
}
