package container

import (
	"bytes"
	"os"
	"strconv"

	"mydocker/container/launch"
	"mydocker/internal/smallfile"
)

// Begun tells whether a container's first process is its program by now, or
// has it in its care, and not a launcher or an init of mydocker's any more, which waits
// to become the program. A signal that comes before is not for that one.
func Begun(pid int) bool {
	executable, err := os.Readlink(inProc(pid, "exe"))
	if err != nil {
		return true
	}
	if launch.IsLauncher(executable) {
		return isFiltered(pid) && !isFiltered(os.Getpid())
	}
	return !isInit(pid)
}

// isFiltered tells whether a process is under a filter of system calls, which is the
// last thing that a launcher does before it is the program. A program that takes a
// launcher's name is told from one by that.
func isFiltered(pid int) bool {
	status, err := smallfile.Read(inProc(pid, "status"))
	return err == nil && bytes.Contains(status, []byte("\nSeccomp:\t2\n"))
}

// isInit tells whether a process is this very program in the role of init.
func isInit(pid int) bool {
	arguments, err := smallfile.Read(inProc(pid, "cmdline"))
	if err != nil || string(bytes.TrimRight(arguments, "\x00")) != initName {
		return false
	}
	own, err := os.Stat(ownPath)
	its, itsErr := os.Stat(inProc(pid, "exe"))
	return err == nil && itsErr == nil && os.SameFile(own, its)
}

func inProc(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }
