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
	if err != nil || launch.IsLauncher(executable) {
		return err != nil
	}
	return !isInit(pid)
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
