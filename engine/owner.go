package engine

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
)

// Beside the live record of a container that runs lies a note of who its monitor
// is: a symbolic link, whose text takes one call to read, with the monitor's pid,
// its inode and the boot. Whoever finds that it still runs need not open the
// record, and so a thousand containers are looked at in five milliseconds. The
// note is never needed: where it is missing, or says nothing good, the record
// tells. It is removed before the record names another owner.
const ownerNote = "owner"

func (e *Engine) ownerNotePath(id string) string {
	return filepath.Join(e.Layout.LiveContainer(id), ownerNote)
}

// forgetOwner comes before a write of the live record that changes its owner.
func (e *Engine) forgetOwner(id string) { os.Remove(e.ownerNotePath(id)) }

// noteOwner comes after the live record was written.
func (e *Engine) noteOwner(id string, live *Live) {
	if live.Owner.Inode != 0 {
		text := fmt.Sprintf("%d %d %s", live.Owner.PID, live.Owner.Inode, live.BootID)
		os.Symlink(text, e.ownerNotePath(id)) // without it things take longer
	}
}

// hasNotedOwner tells whether the note about a container names a monitor that
// still runs. directory is that of all live records.
func hasNotedOwner(directory *os.File, id, bootID string) bool {
	text := make([]byte, 128)
	n, err := unix.Readlinkat(int(directory.Fd()), id+"/"+ownerNote, text)
	if err != nil {
		return false
	}
	numbers, isOfThisBoot := strings.CutSuffix(string(text[:n]), " "+bootID)
	first, second, _ := strings.Cut(numbers, " ")
	pid, pidErr := strconv.Atoi(first)
	inode, err := strconv.ParseUint(second, 10, 64)
	return isOfThisBoot && pidErr == nil && err == nil && process.Inode(inode).Runs(pid)
}
