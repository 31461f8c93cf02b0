package container

import (
	"bytes"
	"os"
	"strconv"

	"mydocker/internal/process"
	"mydocker/internal/remembered"
)

// ownFile is the file that this process runs, which stays the same.
var ownFile remembered.Value[os.FileInfo]

// Begun tells whether a container's first process is its program by now, or
// has it in its care, and not a copy of mydocker any more, which waits to become
// the program. A signal that comes before is not for that one.
func Begun(pid int) bool {
	own, err := ownFile.Get(func() (os.FileInfo, error) { return os.Stat(ownPath) })
	if err != nil {
		return true
	}
	its, err := os.Stat(inProc(pid, "exe"))
	if err != nil || !os.SameFile(own, its) {
		return true
	}
	// It may be a program's reaper, or a mydocker that is the program.
	arguments := commandLine(pid)
	if string(arguments) == initName {
		return false
	}
	look, err := process.LookAt(pid)
	return err != nil || !bytes.Equal(arguments, commandLine(look.Parent))
}

// commandLine gives a process' arguments, with NUL between them. That of a
// copy is its parent's.
func commandLine(pid int) []byte {
	text, _ := os.ReadFile(inProc(pid, "cmdline"))
	return bytes.TrimRight(text, "\x00")
}

func inProc(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }
