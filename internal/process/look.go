package process

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/smallfile"
)

// Look is what can be seen of a process from outside (proc_pid_stat(5)).
type Look struct {
	Name    string // at most 15 bytes, the process' own choice
	State   byte   // such as 'R', 'S', 'D', 'T' and, for a zombie, 'Z'
	Parent  int
	Exiting bool // it is on its way out and runs no more of its program
}

// Stopped tells whether a signal or a debugger has stopped the process.
func (l Look) Stopped() bool { return l.State == 'T' || l.State == 't' }

// LookAt reads /proc/PID/stat. A process that has been reaped is ErrGone; a
// zombie is still there.
func LookAt(pid int) (Look, error) {
	stat, err := smallfile.Read("/proc/" + strconv.Itoa(pid) + "/stat")
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, unix.ESRCH):
		return Look{}, ErrGone
	case err != nil:
		return Look{}, fmt.Errorf("looking at pid %d: %w", pid, err)
	}
	return parseLook(stat)
}

// parseLook reads state, the parent and flags, which are the fields 3, 4 and 9;
// the name in field 2 may itself hold parentheses. PF_EXITING is the kernel's
// (linux/sched.h).
func parseLook(stat []byte) (Look, error) {
	const state, parent, flags, exiting = 3 - 3, 4 - 3, 9 - 3, 4
	opening, closing := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if opening < 0 || closing < opening {
		return Look{}, fmt.Errorf("parsing %q: no name in parentheses", stat)
	}
	fields := bytes.Fields(stat[closing+1:])
	if len(fields) <= flags || len(fields[state]) != 1 {
		return Look{}, fmt.Errorf("parsing %q: fewer than 9 fields", stat)
	}
	ppid, err := strconv.Atoi(string(fields[parent]))
	bits, flagsErr := strconv.ParseUint(string(fields[flags]), 10, 64)
	return Look{
		Name: string(stat[opening+1 : closing]), State: fields[state][0], Parent: ppid, Exiting: bits&exiting != 0,
	}, errors.Join(err, flagsErr)
}

// All lists the pids of all processes, zombies among them.
func All() ([]int, error) {
	directory, err := os.Open("/proc")
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	defer directory.Close()
	names, err := directory.Readdirnames(-1)
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	var pids []int
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// Namespace names a process' namespace of a kind, such as "pid": two processes
// with the same name share it. It is empty for one that is gone, or whose
// namespaces may not be seen.
func Namespace(pid int, kind string) string {
	name, _ := os.Readlink("/proc/" + strconv.Itoa(pid) + "/ns/" + kind)
	return name
}

// IsFirst tells whether a process is the first one, pid 1, of its pid namespace
// (field NSpid of proc_pid_status(5), the innermost namespace last).
func IsFirst(pid int) bool {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return false
	}
	_, rest, found := strings.Cut(string(status), "\nNSpid:")
	line, _, _ := strings.Cut(rest, "\n")
	numbers := strings.Fields(line)
	return found && len(numbers) > 0 && numbers[len(numbers)-1] == "1"
}
