package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"mydocker/attach"
)

// A trial is one way to go wrong at one point of a play.
type trial struct {
	*play
	point  point
	action action
}

func (t trial) String() string {
	return fmt.Sprintf("%s: %s, %s", t.name, t.point.name, t.action)
}

// errPassedBy says that a command has ended without coming to a point.
var errPassedBy = errors.New("it has not come to this point")

// mostTries is how often a command may pass by a point. Some come to one only if
// one of their threads is quicker than another: who gives a lock back removes its
// file unless somebody waits for it already.
const mostTries = 3

// try lets a command die, and looks at what it leaves.
func (b *bench) try(t trial) (err error) {
	for range mostTries {
		if err = b.tryOnce(t); !errors.Is(err, errPassedBy) {
			break
		}
		fmt.Printf("    %s: passed by, which left nothing\n", t)
	}
	return err
}

func (b *bench) tryOnce(t trial) error {
	if err := errors.Join(b.board.clear(), b.do(t.prepare...)); err != nil {
		return fmt.Errorf("preparing: %w", err)
	}
	ended, err := b.interrupt(t)
	if err == nil || errors.Is(err, errPassedBy) {
		err = cmp.Or(b.examine(t, ended), err)
	}
	if err != nil {
		return fmt.Errorf("%w\nthe command: exit status %d, %q", err, ended.status, ended.output)
	}
	return nil
}

// interrupt runs the command until it has ended and what was planned has
// happened, be it to a process that the command has left.
func (b *bench) interrupt(t trial) (ended outcome, err error) {
	if err := b.arm(t.point.name + "=" + t.action.plan()); err != nil {
		return outcome{}, err
	}
	started := b.begin(t.command, b.environment())
	if err := b.register("cli", started.command.Process.Pid); err != nil {
		return outcome{}, err
	}
	happened, over := t.action.fails(), false
	deadline := time.After(longest())
	for !happened || !over {
		select {
		case ended = <-started.ended:
			over = true
		case <-b.hung:
			happened = true
			if err := b.strike(t); err != nil {
				return ended, err
			}
			deadline = time.After(longest()) // striking may have taken long
		case <-deadline:
			if over {
				return ended, errors.Join(errPassedBy, b.disarm())
			}
			err := fmt.Errorf("after %v the command has not ended, and it has come to this point: %v\n%s", longest(), happened, b.whereabouts())
			return ended, errors.Join(err, b.kill())
		}
	}
	return ended, errors.Join(b.awaitHit(t.point), b.disarm())
}

// awaitHit waits until a process has come to a point. One that the command has
// left may still be on its way.
func (b *bench) awaitHit(p point) error {
	for deadline := time.Now().Add(settled()); !slices.Contains(b.hits(), p.name); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			return errPassedBy
		}
	}
	return nil
}

// strike kills, while a process hangs at the point. Where it hangs for long,
// others can work meanwhile.
func (b *bench) strike(t trial) error {
	if t.action == hang {
		if err := b.carryOut(further).err(); err != nil {
			return fmt.Errorf("working beside the process that hangs: %w", err)
		}
	}
	hanging, _, _ := strings.Cut(t.point.name, " ")
	if err := b.awaitBirth(hanging); err != nil {
		return err
	}
	if err := b.kill(t.action.victims()...); err != nil {
		return err
	}
	if len(b.actors(hanging)) > 0 {
		b.release()
	}
	return nil
}

// examine looks at what an interrupted command has left.
func (b *bench) examine(t trial, ended outcome) error {
	if ended.status > 0 && t.answers() {
		if _, err := b.reach(settled(), t.aftermath(ended)...); err != nil {
			return fmt.Errorf("the command has failed, and without any other: %w", err)
		}
	}
	if err := b.quiet(t); err != nil {
		return err
	}
	if err := b.do(further); err != nil {
		return fmt.Errorf("the next command: %w", err)
	}
	now, err := b.reach(settled(), t.worlds...)
	if err != nil {
		return fmt.Errorf("after the next command: %w", err)
	}
	return b.repeat(t, now)
}

// answers tells whether a command that fails has to leave the host as it was.
// Where it takes things away, what is gone is gone, and the next command goes
// on; and when somebody kills a container that was there before, that is not
// the command's to clean up.
func (t trial) answers() bool {
	foreign := func(role string) bool { return slices.Contains(t.before, role) }
	return !t.removes && !slices.ContainsFunc(t.action.victims(), foreign)
}

// aftermath is how a command that fails may leave the host. Where the program is
// killed, the exit status is the program's: that is no failure of the command. One
// that has lost its monitor cannot know whether the program has run.
func (t trial) aftermath(ended outcome) []world {
	lost := strings.Contains(ended.output, attach.ErrLost.Error())
	if t.unpacks || t.action == killInit || lost {
		return t.worlds
	}
	return t.worldsOf("before")
}

func (p play) worldsOf(then string) []world {
	return slices.DeleteFunc(slices.Clone(p.worlds), func(w world) bool { return !strings.HasPrefix(w.name, then) })
}

// quiet waits until whoever is left has come to rest.
func (b *bench) quiet(t trial) error {
	deadline := time.Now().Add(settled())
	for len(b.actors("monitor", "init", "exec")) > 0 && time.Now().Before(deadline) {
		seen, err := b.look()
		if err != nil {
			return err
		}
		if _, d := closest(seen, t.worlds); d.Empty() {
			break
		}
	}
	return nil
}

// repeat does what was interrupted, and clears away.
func (b *bench) repeat(t trial, now world) error {
	if err := b.do(t.undo[now.name]...); err != nil {
		return fmt.Errorf("undoing the command, whose world is that %s: %w", now.name, err)
	}
	if err := b.do(t.command); err != nil {
		return fmt.Errorf("repeating the command: %w", err)
	}
	if err := b.do(t.works...); err != nil {
		return fmt.Errorf("using what the repeated command has made: %w", err)
	}
	if t.address != "" {
		if err := answers(t.address); err != nil {
			return fmt.Errorf("using what the repeated command has made: %w", err)
		}
	}
	if err := b.cleared(*t.play); err != nil {
		return fmt.Errorf("clearing away: %w", err)
	}
	return nil
}

// answers asks the server.
func answers(address string) error {
	connection, err := net.DialTimeout("tcp", address, settled())
	if err != nil {
		return err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(settled()))
	answer, err := io.ReadAll(connection)
	if err == nil && strings.TrimSpace(string(answer)) != "hello" {
		err = fmt.Errorf("asking %s: the answer is %q", address, answer)
	}
	return err
}
