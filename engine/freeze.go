package engine

import (
	"errors"
	"fmt"
	"sync/atomic"

	"mydocker/cgroups/manager"
	"mydocker/internal/interrupt"
	"mydocker/resource"
	"mydocker/state"
)

func (e *Engine) freezeResources(id string) resource.Set {
	return resource.Set{&manager.Freeze{Cgroup: e.plainCgroup(id)}}
}

// plainCgroup is that of a container, without its limits.
func (e *Engine) plainCgroup(id string) *manager.Cgroup {
	return &manager.Cgroup{Path: manager.PathOf(id), Instance: e.mark()}
}

// whileFrozen does something while all processes of a running container are
// stopped. Whatever happens, they go on. They also do when somebody else wants
// something of the container that a frozen program would not heed, at any
// moment; what is done then goes on without.
func (e *Engine) whileFrozen(found Container, do func() error) (err error) {
	id := found.Record.ID
	if err := claim(e.freezeMark(id), Freezing, nil); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, insistently(func() error { return e.endFreeze(id) })) }()
	var settled atomic.Bool
	defer interrupt.Before(func() { e.abandonFreeze(id, settled.Load()) })()
	err = e.freezeResources(id).Create(e.observer())
	settled.Store(true)
	switch unwanted := errors.Is(err, manager.ErrThawed) || !state.Exists(e.freezeMark(id)); {
	case unwanted || found.live.Program.ending():
		if err := e.thawNow(id); err != nil {
			return err
		}
	case err != nil:
		return fmt.Errorf("%w; do without it: --pause=false", err)
	}
	return do()
}

// abandonFreeze is for a command that a signal ends. While it is still freezing, it may
// do so once more after this: the mark stays then, and the next command thaws.
func (e *Engine) abandonFreeze(id string, settled bool) {
	if settled {
		e.endFreeze(id) // what is left the next command sees to
		return
	}
	e.thawNow(id)
}

// endFreeze thaws a container that this command has frozen.
func (e *Engine) endFreeze(id string) error {
	if err := e.thawNow(id); err != nil {
		return err
	}
	mark := e.freezeMark(id)
	return errors.Join(state.Remove(mark), state.Remove(unwanted(mark)))
}
