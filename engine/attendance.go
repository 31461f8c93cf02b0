package engine

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"mydocker/internal/roll"
)

// rollPath is the roll that monitors sign which stay with a container in the
// background.
func (e *Engine) rollPath() string { return filepath.Join(e.Layout.RunRoot, "monitors") }

// attendance tells which containers in flight have a monitor that has signed, and
// whether all have. directory is that of all live records, of which there is one
// for each. A monitor signs when there is one and strikes its name before that
// goes, so that as many names as directories are the same ones. It is a matter of
// four system calls however many there are; reading a thousand records takes 14 ms.
//
// One without a signature may have a monitor all the same. Its record tells.
func (e *Engine) attendance(directory *os.File) (signed map[string]bool, all bool) {
	before := subdirectories(directory)
	ids, err := roll.Present(e.rollPath())
	if err != nil {
		return nil, false
	}
	signed = make(map[string]bool, len(ids))
	for _, id := range ids {
		signed[id] = true
	}
	return signed, len(signed) == before && subdirectories(directory) == before
}

// subdirectories gives the number of directories in one, or one that no directory
// has where the file system does not count them (st_nlink in inode(7)).
func subdirectories(directory *os.File) int {
	var about unix.Stat_t
	if err := unix.Fstat(int(directory.Fd()), &about); err != nil {
		return -1
	}
	const itself = 2 // its name, and "." in it; each of the others has a ".."
	return int(about.Nlink) - itself
}

// sign puts a monitor's name on the roll. Without it things take longer.
func (m *monitor) sign() {
	if !m.within { // else this goroutine may move to another thread
		m.signature, _ = roll.Sign(m.engine.rollPath(), m.record.ID)
	}
}
