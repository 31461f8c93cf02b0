package cgroupfs

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Processes lists the pids in the cgroup and in those below it, sorted. What is
// gone is empty. A process of which only one thread is inside is listed, too.
func (d Directory) Processes() ([]int, error) {
	pids, err := ownProcesses(unix.AT_FDCWD, d.Location())
	if err == nil {
		var below []int
		below, err = processesBelow(d.Location())
		pids = append(pids, below...)
	}
	slices.Sort(pids)
	return slices.Compact(pids), err
}

func processesBelow(directory string) ([]int, error) {
	if has, err := hasChildren(unix.AT_FDCWD, directory); err != nil || !has {
		return nil, err
	}
	top, err := stand(directory)
	if err != nil {
		return nil, IgnoreGone(err)
	}
	defer top.leave()
	return top.processesBelow()
}

func (p *place) processesBelow() ([]int, error) {
	names, err := p.names()
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, name := range names {
		err := p.within(name, func() error {
			own, err := ownProcesses(p.fd(), ".")
			if err != nil {
				return err
			}
			below, err := p.processesBelow()
			pids = append(append(pids, own...), below...)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return pids, nil
}

// ownProcesses lists those of a cgroup alone, whose path is taken from an open
// directory on.
func ownProcesses(at int, directory string) ([]int, error) {
	path := directory + "/cgroup.procs"
	text, err := read(at, path)
	switch {
	case gone(err):
		return nil, nil
	case errors.Is(err, unix.EOPNOTSUPP):
		// A threaded cgroup of version 2: its processes are listed by the
		// domain above it.
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading %q: %w", path, err)
	}
	var pids []int
	for field := range strings.FieldsSeq(string(text)) {
		pid, err := strconv.Atoi(field)
		if err != nil {
			return nil, fmt.Errorf("reading %q: %q is not a pid", path, field)
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

// IgnoreGone makes success of an error that says that the cgroup is not there.
func IgnoreGone(err error) error {
	if gone(err) {
		return nil
	}
	return err
}
