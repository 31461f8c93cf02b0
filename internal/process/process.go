// Package process names processes so that the name outlives them: a process is
// (pid, start time, boot ID), because a bare pid may belong to somebody else
// tomorrow.
package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"strconv"

	"golang.org/x/sys/unix"

	"mydocker/internal/smallfile"
)

// ErrGone says that the process has ended; its pid may belong to another one
// by now.
var ErrGone = errors.New("the process has ended")

// Start gives the start time of a process in clock ticks since boot (field 22
// of /proc/PID/stat, proc_pid_stat(5)). A process that has ended is ErrGone;
// so is one that waits, as a zombie, to be reaped.
func Start(pid int) (uint64, error) {
	stat, err := smallfile.Read("/proc/" + strconv.Itoa(pid) + "/stat")
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ESRCH):
		return 0, ErrGone
	case err != nil:
		return 0, fmt.Errorf("reading start time of pid %d: %w", pid, err)
	}
	start, ended, err := parse(stat)
	switch {
	case err != nil:
		return 0, fmt.Errorf("reading start time of pid %d: %w", pid, err)
	case ended:
		return 0, ErrGone
	}
	return start, nil
}

// parse reads a line of /proc/PID/stat. The program's name stands in
// parentheses and may itself hold spaces and parentheses, so that fields are
// counted from the last ')': state is field 3, num_threads 20, starttime 22.
func parse(stat []byte) (start uint64, ended bool, err error) {
	const state, threads, starttime = 3 - 3, 20 - 3, 22 - 3
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) <= starttime {
		return 0, false, fmt.Errorf("parsing %q: fewer than 22 fields", stat)
	}
	start, err = strconv.ParseUint(string(fields[starttime]), 10, 64)
	if err != nil {
		return 0, false, err
	}
	// A leader that has ended while other threads of it go on is shown as a
	// zombie too, but its process lives.
	alone := len(fields[threads]) == 1 && fields[threads][0] <= '1'
	dead := bytes.ContainsAny(fields[state], "ZXx")
	return start, dead && alone, nil
}

// Alive tells whether the process that was started at start, as Start gave
// it, still runs.
func Alive(pid int, start uint64) bool {
	now, err := Start(pid)
	return err == nil && now == start
}

// BootID identifies this boot of the kernel (random(4)). Every pid and every
// kernel object of another boot is gone.
func BootID() (string, error) {
	id, err := smallfile.Read("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", fmt.Errorf("reading boot ID: %w", err)
	}
	return string(bytes.TrimSpace(id)), nil
}
