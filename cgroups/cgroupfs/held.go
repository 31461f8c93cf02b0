package cgroupfs

import (
	"errors"
	"fmt"
	"slices"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
)

// heldAtOnce bounds how many processes are held by a descriptor at a time: the
// usual limit of descriptors is 1024.
const heldAtOnce = 256

// Held is a descriptor of a process (pidfd_open(2)).
type Held int

// Each does something to those of the processes that list gives. Between the
// listing of a pid and what is done to it the process may die and its pid go to a
// stranger. So each is first held; then list is asked. One that is listed while
// the process that is held lives is that process's.
func Each(pids []int, list func() ([]int, error), do func(pid int, holder Held) error) error {
	for batch := range slices.Chunk(pids, heldAtOnce) {
		if err := each(batch, list, do); err != nil {
			return err
		}
	}
	return nil
}

func each(pids []int, list func() ([]int, error), do func(pid int, holder Held) error) error {
	held, err := hold(pids)
	defer release(held)
	if err != nil {
		return err
	}
	listed, err := list()
	if err != nil {
		return err
	}
	for _, pid := range listed {
		if holder, is := held[pid]; is {
			if err := do(pid, holder); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold leaves those out that have ended.
func hold(pids []int) (map[int]Held, error) {
	held := make(map[int]Held, len(pids))
	for _, pid := range pids {
		pidfd, err := unix.PidfdOpen(pid, 0)
		switch {
		case err == nil:
			held[pid] = Held(pidfd)
		case pid == 0:
			return held, errors.New("a process lives outside of this pid namespace; see to it from the host")
		case err != unix.ESRCH:
			return held, fmt.Errorf("holding pid %d: %w", pid, err)
		}
	}
	return held, nil
}

func release(held map[int]Held) {
	for _, holder := range held {
		unix.Close(int(holder))
	}
}

// Lives tells whether the process has not ended.
func (h Held) Lives() bool {
	ended, err := process.HasEnded(int(h), 0)
	return err == nil && !ended
}

// kill sends SIGKILL to the process, if it lives.
func (h Held) kill(pid int) error {
	if err := unix.PidfdSendSignal(int(h), unix.SIGKILL, nil, 0); err != nil && err != unix.ESRCH {
		return fmt.Errorf("signalling pid %d: %w", pid, err)
	}
	return nil
}
