package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"mydocker/internal/snapshot"
)

// A play is a scenario with what was found out about it: the points that there
// are, and the worlds in which an interrupted command may leave the host.
type play struct {
	scenario
	points []point
	before []string // roles that were born before the command
	idle   world    // while nothing runs
	worlds []world
}

// A point is a place between two steps of a command, as package failpoint names
// it, with the roles that have been born by then.
type point struct {
	name string
	born []string
}

// further is the command that finds what another one has left.
const further = "run --rm busybox true"

// record runs a scenario without any harm.
func (b *bench) record(s scenario) (play, error) {
	p := play{scenario: s}
	if err := b.furnish(&p); err != nil {
		return p, err
	}
	if err := b.recordRun(&p); err != nil {
		return p, err
	}
	if err := b.recordDeath(&p, "before", p.prepare); err != nil {
		return p, err
	}
	if err := b.recordDeath(&p, "after", append(p.prepare[:len(p.prepare):len(p.prepare)], p.command)); err != nil {
		return p, err
	}
	return p, b.strip(p)
}

// furnish makes what the runs of a scenario share.
func (b *bench) furnish(p *play) error {
	err := b.do(p.scenario.furnish...)
	if err == nil {
		p.idle.name = "while nothing runs"
		p.idle.seen, err = b.lookAtRest()
	}
	return err
}

// strip takes back what furnish has made.
func (b *bench) strip(p play) error {
	if err := b.do(p.scenario.strip...); err != nil {
		return err
	}
	_, err := b.reach(settled(), world{"at the beginning", b.blank})
	return err
}

// recordRun finds the points, and the worlds before and after.
func (b *bench) recordRun(p *play) error {
	if err := errors.Join(b.clear(), b.do(p.prepare...)); err != nil {
		return err
	}
	for _, a := range b.actors() {
		p.before = append(p.before, a.role)
	}
	born := append([]string{"cli"}, p.before...)
	if err := errors.Join(b.remember(p, "before"), b.arm("")); err != nil {
		return err
	}
	if err := errors.Join(b.do(p.command), b.remember(p, "after"), b.disarm()); err != nil {
		return err
	}
	p.points = pointsOf(b.hits(), born)
	return b.cleared(*p)
}

func pointsOf(hits, born []string) []point {
	var points []point
	for _, hit := range hits {
		if role, isBirth := strings.CutPrefix(hit, "born "); isBirth {
			if !slices.Contains(born, role) {
				born = append(born[:len(born):len(born)], role)
			}
			continue
		}
		points = append(points, point{hit, born})
	}
	return points
}

// rest waits until the monitors of containers that have ended are through.
func (b *bench) rest() error {
	deadline := time.Now().Add(settled())
	for len(b.actors("monitor")) > len(b.actors("init")) {
		if time.Now().After(deadline) {
			return fmt.Errorf("monitor %v stays without its container", b.actors("monitor"))
		}
		time.Sleep(time.Millisecond)
	}
	return nil
}

func (b *bench) lookAtRest() (snapshot.Snapshot, error) {
	if err := b.rest(); err != nil {
		return nil, err
	}
	return b.look()
}

func (b *bench) remember(p *play, name string) error {
	seen, err := b.lookAtRest()
	p.worlds = append(p.worlds, world{name, seen})
	return err
}

// cleared takes back what one run has made, be it there or not.
func (b *bench) cleared(p play) error {
	var told []error
	for _, command := range p.clear {
		told = append(told, b.carryOut(command, b.environment()).err())
	}
	if _, err := b.reach(settled(), p.idle); err != nil {
		return errors.Join(append(told, err)...)
	}
	return nil
}

// recordDeath finds the world in which the containers that run have died
// together with their monitors. All that may be left of them is files.
func (b *bench) recordDeath(p *play, then string, commands []string) error {
	if err := errors.Join(b.clear(), b.do(commands...), b.rest()); err != nil {
		return err
	}
	if len(b.actors("monitor")) > 0 {
		if err := errors.Join(b.kill("monitor"), b.kill(), b.do(further)); err != nil {
			return err
		}
		if err := b.remember(p, then+", bereft"); err != nil {
			return err
		}
		if err := p.checkBereft(); err != nil {
			return err
		}
	}
	return b.cleared(*p)
}

func (p play) checkBereft() error {
	bereft := p.worlds[len(p.worlds)-1]
	kernel := maps.Clone(bereft.seen)
	kernel[snapshot.Files], kernel[directories] = p.idle.seen[snapshot.Files], p.idle.seen[directories]
	if d := snapshot.Diff(p.idle.seen, kernel); !d.Empty() {
		return fmt.Errorf("a container that was killed with its monitor has left:\n%s", d)
	}
	return nil
}
