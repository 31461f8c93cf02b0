package engine

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"mydocker/network"
)

// Explain tells of a container, or of a network of that name, what there is of
// it on this host and by which shell lines it would be made and removed.
func (e *Engine) Explain(name string) ([]string, error) {
	found, err := e.Container(name)
	if err == nil {
		if err := e.refuseLost(found, "explaining", name); err != nil {
			return nil, err
		}
		return e.explainContainer(found)
	}
	if !errors.As(err, new(*NotFoundError)) {
		return nil, err
	}
	joined, err := e.Network(name)
	if errors.As(err, new(*NotFoundError)) {
		return nil, fmt.Errorf("explaining %q: there is no container or network of that name; \"mydocker ps\" and \"mydocker network list\" list them", name)
	}
	if err != nil {
		return nil, err
	}
	return e.explainNetwork(joined)
}

func (e *Engine) explainContainer(found Container) ([]string, error) {
	live, err := e.loadLive(found.Record.ID)
	if err != nil {
		return nil, err
	}
	switch {
	case found.State == Up && live != nil:
		return e.explainRunning(found, live)
	case found.State == Exited:
		return e.explainExited(found)
	}
	return e.explainLeftovers(found.Record.ID)
}

// explainRunning shows how a container was made, with what the kernel calls
// it now.
func (e *Engine) explainRunning(found Container, live *Live) ([]string, error) {
	record := found.Record
	storage, err := record.storage()
	if err != nil {
		return nil, err
	}
	runtime, err := record.runtime()
	if err != nil {
		return nil, err
	}
	process, err := e.explainProcess(record)
	if err != nil {
		return nil, err
	}
	introduce(runtime, found.PID)
	var s script
	s.title("container %s runs. What it is made of, and how that would be made by hand:", found.title())
	s.facts(found, live)
	s.title("its files")
	s.add(storage.ExplainState().Create...)
	before, after := aroundStart(runtime)
	s.title("its limits, its address")
	s.add(before.ExplainState().Create...)
	s.title("its processes")
	s.add(process...)
	s.add(fmt.Sprintf("PID=%d # today", live.Program.PID))
	if len(after) > 0 {
		s.title("its place on the network")
		s.add(after.ExplainState().Create...)
		s.portNote(record)
	}
	s.title("when it ends, its monitor does this:")
	s.say(e.explainConclusion(record, storage, runtime)...)
	return s, nil
}

// facts are what a person would look for with ps, lsns and ip.
func (s *script) facts(found Container, live *Live) {
	s.add(fmt.Sprintf("#   first process  pid %d, started at tick %d; its monitor is pid %d", live.Program.PID, live.Program.Start, live.Owner.PID))
	for _, namespace := range namespaces(found.Record.UserNS) {
		file := strings.NewReplacer("network", "net", "mount", "mnt").Replace(string(namespace.Type))
		path := fmt.Sprintf("/proc/%d/ns/%s", live.Program.PID, file)
		if inode, err := os.Readlink(path); err == nil {
			s.add(fmt.Sprintf("#   %-13s  %s, %s", string(namespace.Type), path, inode))
		}
	}
	if found.Record.Network != "" {
		s.add(fmt.Sprintf("#   address        %s on network %s", found.IP(), found.Record.Network))
	}
	if ports := found.Ports(); ports != "" {
		s.add("#   ports          " + ports)
	}
	s.add(fmt.Sprintf("#   to look around nsenter --target %d --all", live.Program.PID))
}

// explainExited shows what there is of a container that does not run, and what
// start would make.
func (e *Engine) explainExited(found Container) ([]string, error) {
	storage, err := found.Record.storage()
	if err != nil {
		return nil, err
	}
	s, err := e.explainLeftovers(found.Record.ID)
	if err != nil {
		return nil, err
	}
	s.title("its files, and how they were made:")
	s.say(storage.ExplainState().Create...)
	s.title("\"mydocker rm %s\" does this:", found.Record.Name)
	s.say(e.explainErasure(found.Record, storage)...)
	start, err := e.explainStart(found.Record)
	s.add(start...)
	return s, err
}

// explainStart gives the lines of Start, in the background.
func (e *Engine) explainStart(record *Record) ([]string, error) {
	if err := e.preview(record); err != nil {
		return nil, err
	}
	record.Detached = true
	return e.launchScript(record, fmt.Sprintf("\"mydocker start %s\" does this:", record.Name), nil)
}

// explainNetwork shows what a network is on this host.
func (e *Engine) explainNetwork(n *network.Network) ([]string, error) {
	there, err := e.InspectNetwork(n.Name)
	if err != nil {
		return nil, err
	}
	steps := e.networkResources(n).ExplainState()
	var s script
	s.title("network %s. What it is made of, and how that would be made by hand:", n.Name)
	for _, id := range slices.Sorted(maps.Keys(there.Containers)) {
		member := there.Containers[id]
		s.add(fmt.Sprintf("#   container %s (%s) has %s", member.Name, id, member.IPv4Address))
	}
	s.add(steps.Create...)
	s.title("\"mydocker network remove %s\" does this:", n.Name)
	s.say(e.explainDissolution(n, steps)...)
	return s, nil
}
