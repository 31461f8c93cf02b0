package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/cgroups/manager"
	"mydocker/internal/members"
	"mydocker/internal/process"
	"mydocker/network"
	"mydocker/state"
)

// liveVersion is the version of the format that this program writes.
const liveVersion = 1

// Live says that a container is running or in flight, or what is done to a network, and
// whose work it is.
// It lies in the run-time directory and means nothing after a reboot.
type Live struct {
	Version int
	BootID  string
	Work    Work
	Owner   Reference // who will end this: a monitor or a command
	Program Reference // PID 1; zero until it exists
	Since   time.Time

	// Entrance is where further programs get into the container's cgroup; its
	// monitor has it at hand.
	Entrance manager.Entrance

	// Network is the network that is being made, whose record is still to be written.
	Network *network.Network

	// Exit is how the program ended, where the record could not be written.
	Exit *Exit
}

// Members implements members.Object.
func (l *Live) Members(list *members.List) {
	list.Always("version", &l.Version)
	list.Always("bootId", &l.BootID)
	list.Always("work", (*string)(&l.Work))
	list.Always("owner", &l.Owner)
	list.Given("program", &l.Program)
	list.Always("since", &l.Since)
	list.Given("cgroup", &l.Entrance)
	list.Given("network", members.Pointer(&l.Network))
	list.Given("exit", members.Pointer(&l.Exit))
}

// Work is what is being done to a container or network.
type Work string

const (
	Running     Work = "run"
	Creating    Work = "create"
	Removing    Work = "remove"
	Interrupted Work = "interrupted" // it ran when the host went down
	Freezing    Work = "freeze"
	Lost        Work = "lost" // what was being done is not known any more
)

// FormatVersion implements state.Versioned.
func (l *Live) FormatVersion() (version, known int) { return l.Version, liveVersion }

// check refuses what parses and says nothing.
func (l *Live) check() error {
	switch {
	case !slices.Contains([]Work{Running, Creating, Removing, Freezing, Interrupted, Lost}, l.Work):
		return fmt.Errorf("it speaks of work %q, which there is not", l.Work)
	case l.Work != Interrupted && l.Work != Lost && (l.BootID == "" || l.Owner.PID <= 0):
		return errors.New("it names nobody who does the work")
	}
	return nil
}

func (e *Engine) livePath(id string) string {
	return filepath.Join(e.Layout.LiveContainer(id), "live.json")
}

// loadLive gives nil for a container that is neither running nor in flight.
func (e *Engine) loadLive(id string) (*Live, error) {
	return readLive(e.livePath(id))
}

func readLive(path string) (*Live, error) {
	var live Live
	err := state.Read(path, &live)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if err := live.check(); err != nil {
		return nil, &state.CorruptError{Path: path, Cause: err}
	}
	return &live, nil
}

// saveLive writes down who sees to a container.
func (e *Engine) saveLive(id string, live *Live) error { return writeLive(e.livePath(id), live) }

func writeLive(path string, live *Live) error {
	live.Version = liveVersion
	return state.Write(path, live, state.Quick)
}

// claim writes that this command is at work from now on, on a network that is not recorded
// yet if there is a draft. Should it die, the next one goes on with it or takes it back.
// Where that cannot be written, nothing stays.
func claim(path string, work Work, draft *network.Network) error {
	live, err := ownWork(work)
	if err == nil {
		live.Network = draft
		err = writeLive(path, live)
	}
	if err != nil {
		return errors.Join(err, state.Remove(path))
	}
	return nil
}

// ownWork says that this command is at work.
func ownWork(work Work) (*Live, error) {
	bootID, err := process.BootID()
	if err != nil {
		return nil, err
	}
	self, err := refer(os.Getpid())
	return &Live{BootID: bootID, Work: work, Owner: self, Since: time.Now()}, err
}

// removeLive is the last step of a container's run: from here on nothing of
// it is running or in flight. The record goes last: once it is gone, somebody
// may start the container again, and what is there then is theirs.
func (e *Engine) removeLive(id string) error {
	directory := e.Layout.LiveContainer(id)
	if err := removeBut(directory, e.livePath(id)); err != nil {
		return err
	}
	if err := state.Remove(e.livePath(id)); err != nil {
		return err
	}
	err := os.Remove(directory)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTEMPTY) {
		return nil
	}
	return err
}

// removeBut removes what is in a directory, but for one file.
func removeBut(directory, kept string) error {
	entries, err := os.ReadDir(directory)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, entry := range entries {
		path := filepath.Join(directory, entry.Name())
		if path == kept {
			continue
		}
		if err := state.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

// owned tells whether somebody still does the work.
func (l *Live) owned(bootID string) bool {
	return l != nil && l.BootID == bootID && l.Owner.alive()
}

// runs tells whether the container's program exists under its monitor.
func (l *Live) runs(bootID string) bool {
	return l.owned(bootID) && l.Work == Running && l.Program.PID != 0
}
