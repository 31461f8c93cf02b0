package engine

import (
	"cmp"
	"errors"
	"io/fs"
	"slices"
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

// List gives all containers, the newest first. Records that cannot be read
// are named in the error; the others are given all the same.
func (e *Engine) List() ([]Container, error) { return e.list(e.glance) }

// Overview is List for those who look at what is in outline, and nothing else.
func (e *Engine) Overview() ([]Container, error) { return e.list(e.outline) }

func (e *Engine) list(read func(id string) (*Record, error)) ([]Container, error) {
	ids, err := e.containerIDs()
	if err != nil {
		return nil, err
	}
	live, err := e.liveIDs()
	if err != nil {
		return nil, err
	}
	bootID, err := process.BootID()
	if err != nil {
		return nil, err
	}
	found, errs := make([]Container, len(ids)), make([]error, len(ids))
	spread(len(ids), func(i int) { found[i], errs[i] = e.inspect(read, ids[i], live[ids[i]], bootID) })
	containers := make([]Container, 0, len(ids))
	var broken []error
	for i, err := range errs {
		switch {
		case err == nil:
			containers = append(containers, found[i])
		case !errors.Is(err, fs.ErrNotExist): // else it has just been removed
			broken = append(broken, err)
		}
	}
	slices.SortFunc(containers, func(a, b Container) int {
		return cmp.Or(b.Record.Created.Compare(a.Record.Created), cmp.Compare(a.Record.ID, b.Record.ID))
	})
	return containers, errors.Join(broken...)
}

func (e *Engine) liveIDs() (map[string]bool, error) {
	names, err := listDirectory(e.Layout.Live())
	live := make(map[string]bool, len(names))
	for _, name := range names {
		live[name] = true
	}
	return live, err
}

// inspect reads one container, its record by read. inFlight says whether it is
// worth looking for a live record.
func (e *Engine) inspect(read func(id string) (*Record, error), id string, inFlight bool, bootID string) (Container, error) {
	record, err := read(id)
	if errors.Is(err, fs.ErrNotExist) && inFlight {
		return e.inspectLost(id, bootID, err)
	}
	if err != nil {
		return Container{}, err
	}
	found := Container{Record: record, State: Exited}
	if inFlight {
		if found.live, err = e.loadLive(id); err != nil {
			return Container{}, err
		}
	}
	if found.live == nil && record.unfinished() {
		found.live = e.rediscover(record, bootID)
	}
	found.State, found.PID = found.live.state(bootID)
	if left := found.leftover(); left != nil {
		exit := verdict(record, left)
		found.live, record.Exit = left, &exit // as it will be written down
	}
	return found, nil
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
