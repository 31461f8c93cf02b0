package engine

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"golang.org/x/sys/unix"

	"mydocker/internal/roll"
)

// rollPath is the roll that monitors sign which stay with a container in the
// background.
func (e *Engine) rollPath() string { return filepath.Join(e.Layout.RunRoot, "monitors") }

// attendance is what the roll says.
type attendance struct {
	signed map[string]bool // the containers whose monitor lives
	dead   []string        // those whose monitor has died

	complete bool // every container in flight has a monitor that lives
}

// attend reads the roll. directory is that of all live records, of which there is
// one for each container in flight. A monitor signs when there is one and strikes
// its name before that goes, so that as many names as directories are the same ones.
// It takes a few system calls however many there are; reading a thousand records
// takes 14 ms.
//
// One without a signature may have a monitor all the same. Its record tells.
func (e *Engine) attend(directory *os.File) attendance {
	before := subdirectories(directory)
	present, dead, err := roll.Read(e.rollPath())
	if err != nil {
		return attendance{}
	}
	signed := make(map[string]bool, len(present))
	for _, id := range present {
		signed[id] = true
	}
	return attendance{signed: signed, dead: dead,
		complete: len(dead) == 0 && len(signed) == before && subdirectories(directory) == before}
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

// correct takes names off the roll: of monitors that have died and whose container
// was cleaned up or has another one, and of those that live and whose directory
// somebody has deleted, who would stand for others. inFlight was read after the
// roll, so that who has signed meanwhile is none of them. Should it fail, the next
// command tries again.
func (e *Engine) correct(said attendance, inFlight []string) {
	strangers := maps.Clone(said.signed)
	for _, id := range inFlight {
		delete(strangers, id)
	}
	forgotten := slices.DeleteFunc(slices.Clone(said.dead), func(id string) bool {
		return !said.signed[id] && slices.Contains(inFlight, id)
	})
	if len(strangers) == 0 && len(forgotten) == 0 {
		return
	}
	roll.Strike(e.rollPath(), func(id string, lives bool) bool {
		return lives && strangers[id] || !lives && slices.Contains(forgotten, id)
	})
}

// sign puts a monitor's name on the roll. Without it things take longer. The signature is
// the thread's, which has to strike it: the goroutine stays with it.
func (m *monitor) sign() {
	if m.goesWithCommand() {
		return
	}
	runtime.LockOSThread()
	m.signature, _ = roll.Sign(m.engine.rollPath(), m.record.ID)
}
