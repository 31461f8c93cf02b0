package engine

import (
	"errors"
	"io/fs"
	"strconv"
	"time"

	"mydocker/container"
	"mydocker/internal/process"
)

// State is what a container is doing.
type State string

const (
	Starting State = "starting"
	Up       State = "running"
	Leaving  State = "removing"
	Exited   State = "exited"
)

// Container is a container as it is at this moment.
type Container struct {
	Record *Record
	State  State
	PID    int // of its program on the host; 0 when it does not run

	live *Live // nil: neither running nor in flight
}

// Status is the state in words, such as "exited (137, OOM)".
func (c Container) Status() string {
	exit := c.Record.Exit
	switch {
	case c.State != Exited:
		return string(c.State)
	case exit == nil:
		return "exited (" + strconv.Itoa(exitUnknown) + ")"
	case exit.OOM:
		return "exited (" + strconv.Itoa(exit.Code) + ", OOM)"
	}
	return "exited (" + strconv.Itoa(exit.Code) + ")"
}

// Container finds a container by name, ID or unique ID prefix.
func (e *Engine) Container(reference string) (Container, error) {
	id, err := e.find(reference)
	if err != nil {
		return Container{}, err
	}
	bootID, err := process.BootID()
	if err != nil {
		return Container{}, err
	}
	found, err := e.inspect(e.load, id, true, bootID)
	if errors.Is(err, fs.ErrNotExist) {
		return Container{}, noContainer(reference)
	}
	return found, err
}

// inspect reads one container, its record by read. inFlight says whether it is
// worth looking for a live record.
func (e *Engine) inspect(read func(id string) (*Record, error), id string, inFlight bool, bootID string) (Container, error) {
	found, err := e.glimpse(read, id, inFlight, bootID)
	if err == nil && found.leftover() != nil {
		// Its end may have been written down, or it removed, between the two readings.
		found, err = e.glimpse(read, id, true, bootID)
	}
	if errors.Is(err, fs.ErrNotExist) && inFlight {
		return e.inspectLost(id, bootID, err)
	}
	if err != nil {
		return Container{}, err
	}
	if found.live == nil && found.Record.unfinished() {
		found.live = e.rediscover(found.Record, bootID)
		found.State, found.PID = found.live.state(bootID)
	}
	if left := found.leftover(); left != nil {
		exit := verdict(found.Record, left)
		found.live, found.Record.Exit = left, &exit // as it will be written down
	}
	return found, nil
}

// glimpse reads the live record first, if there may be one. At its end a container's
// record is written before that goes: who finds none finds the end in the record.
func (e *Engine) glimpse(read func(id string) (*Record, error), id string, inFlight bool, bootID string) (found Container, err error) {
	if inFlight {
		if found.live, err = e.loadLive(id); err != nil {
			return Container{}, err
		}
	}
	found.Record, err = read(id)
	found.State, found.PID = found.live.state(bootID)
	return found, err
}

// leftover gives the live record of a container whose owner died, or what it
// would be; nil for one that nothing is to be done about.
func (c Container) leftover() *Live {
	switch {
	case c.State != Exited:
		return nil
	case c.live == nil && c.Record.unfinished():
		return &Live{Work: Lost, Since: c.Record.Started}
	}
	return c.live
}

func (l *Live) state(bootID string) (State, int) {
	switch {
	case !l.owned(bootID), l.Exit != nil:
		return Exited, 0
	case l.Work == Removing:
		return Leaving, 0
	case l.Program.PID == 0, time.Since(l.Since) < lockPatience && !container.Begun(l.Program.PID):
		return Starting, 0
	}
	return Up, l.Program.PID
}
