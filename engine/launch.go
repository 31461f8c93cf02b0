package engine

import (
	"errors"
	"time"

	"mydocker/attach"
	"mydocker/image"
	"mydocker/internal/detach"
	"mydocker/internal/process"
	"mydocker/network"
	"mydocker/resource"
	"mydocker/state"
)

// Session is a container that has just been started.
type Session struct {
	engine     *Engine
	ID         string
	Terminal   bool
	Stdin      bool
	Connection *attach.Connection

	monitor *hosted // nil where the monitor is a process of its own
}

// Recover brings a container to rest whose monitor has gone without a word.
func (s *Session) Recover() error { return s.engine.reconcileEnded(s.ID) }

// Run makes a container and starts it. The container is there and running
// when Run returns without an error; otherwise nothing is left of it.
func (e *Engine) Run(options RunOptions) (*Session, error) {
	for attempt := 0; ; attempt++ {
		var record *Record
		err := e.step("find the image and check what is asked for", func() (err error) {
			record, err = e.compose(options)
			return err
		})
		if err != nil {
			return nil, err
		}
		session, err := e.launchNew(record)
		// Somebody gave the image's name to another image in between, or
		// removed the image, which compose will tell.
		replaced := errors.As(err, new(*image.NotFoundError))
		if !replaced || attempt == mostReplacements {
			return session, err
		}
	}
}

// mostReplacements bounds how often a run begins anew because its image was
// replaced.
const mostReplacements = 20

func (e *Engine) launchNew(record *Record) (*Session, error) {
	lock, err := e.lockContainer(record.ID)
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	return e.launch(record, nil)
}

// launch starts a container whose record is complete but for its run. The
// caller holds its lock. joining is the lock of its network, if the caller has
// that already; it is given back as early as possible.
func (e *Engine) launch(record *Record, joining *state.Lock) (*Session, error) {
	if err := record.findDevices(); err != nil {
		return nil, err
	}
	record.AppArmor = record.Security.profile()
	held, err := e.holdPorts(record)
	if err != nil {
		held.close()
		return nil, err
	}
	var monitor *monitorProcess
	err = e.step("start its monitor", func() (err error) {
		monitor, err = e.newMonitor(record, held)
		return err
	})
	if err != nil {
		return nil, err
	}
	monitor.connection.Trace = e.Trace
	err = e.prepare(record, joining, monitor.reference)
	if err == nil {
		err = e.step("wait until its program runs", func() error { return monitor.start(record) })
	}
	if err != nil {
		return nil, errors.Join(err, e.takeBack(record.ID, monitor))
	}
	monitor.adopt()
	return &Session{
		engine: e, ID: record.ID, Terminal: record.Process.Terminal, Stdin: record.Process.Stdin,
		Connection: monitor.connection, monitor: monitor.hosted,
	}, nil
}

// newMonitor gives the monitor that fits: a process of its own where the
// container may stay when the command goes, and otherwise the command itself,
// which saves the time that a process takes to start. A command that can leave its
// caller is its own monitor, too.
func (e *Engine) newMonitor(record *Record, held ports) (*monitorProcess, error) {
	switch {
	case record.Detached && detach.Possible():
		return e.hostDetached(record.ID, held)
	case record.Detached || record.Process.Terminal:
		defer held.close()
		return e.spawnMonitor(record.ID, held)
	}
	return e.hostMonitor(record.ID, held, nil)
}

// takeBack cleans up after a launch that came to nothing. Its monitor may have
// done so already, or be in the middle of starting the container, and is ended
// first. Where nothing was written down, nothing was made but a place for that.
func (e *Engine) takeBack(id string, monitor *monitorProcess) error {
	monitor.end()
	live, err := e.loadLive(id)
	if err != nil {
		return err
	}
	if live == nil {
		live = &Live{Work: Running}
	}
	return e.retract(id, live)
}

// retract is settle for a start that came to nothing: whether its program has
// run for a moment does not matter.
func (e *Engine) retract(id string, live *Live) error {
	if err := e.kill(id, live, killPatience); err != nil {
		return err
	}
	live.Program = Reference{}
	return e.settle(id, live)
}

// prepare chooses the address and writes everything down; after it the
// container is in flight.
func (e *Engine) prepare(record *Record, joining *state.Lock, owner Reference) (err error) {
	if record.Network == "" {
		return e.enlist(record, nil, owner)
	}
	// A new container's own lock, which comes after its network's, is taken
	// already. Nobody can wait for it: nobody knows of the container yet.
	if joining == nil {
		if joining, err = e.lockNetwork(record.Network); err != nil {
			return err
		}
	}
	defer joining.Release()
	joined, err := e.ready(record.Network)
	if err != nil {
		return err
	}
	if record.Address, err = e.pool(joined).Next(); err != nil {
		return err
	}
	if err := e.enlist(record, joined, owner); err != nil {
		return err
	}
	// The lease is made while the network is locked, so that nobody else is
	// given the same address. The monitor finds it in place.
	return resource.Set{e.lease(record, joined)}.Create(e.observer())
}

// enlist writes the container's records, while nobody else may choose IDs.
func (e *Engine) enlist(record *Record, joined *network.Network, owner Reference) error {
	held, err := e.holdIDs(record)
	if err != nil {
		return err
	}
	defer held.Release()
	return e.step("write its record", func() error { return e.writeRecords(record, joined, owner) })
}

func (e *Engine) writeRecords(record *Record, joined *network.Network, owner Reference) error {
	if err := e.planRuntime(record, joined); err != nil {
		return err
	}
	bootID, err := process.BootID()
	if err != nil {
		return err
	}
	record.Started, record.BootID = record.startAt(time.Now()), bootID
	live := &Live{BootID: bootID, Work: Running, Owner: owner, Since: record.Started}
	if err := e.saveLive(record.ID, live); err != nil {
		return err
	}
	if err := e.save(record); err != nil {
		return err
	}
	// The IDs are taken while nobody else may choose some. The monitor finds
	// them in place.
	if err := e.subIDResources(record).Create(e.observer()); err != nil {
		return err
	}
	return e.Images.Confirm(image.Image{Name: record.Image.FullName, ID: record.Image.ID})
}
