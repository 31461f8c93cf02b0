package engine

import (
	"errors"
	"fmt"

	"mydocker/cgroups/manager"
	"mydocker/network"
	"mydocker/network/bridge"
	"mydocker/resource"
)

// Recorded is a container or a network, and the resources that are recorded of
// it, in the order in which they were made.
type Recorded struct {
	Container *Container       // nil for a network
	Network   *network.Network // nil for a container
	Resources resource.Set
}

// Recorded gives all networks and then all containers. What cannot be read is
// named in the error; the others are given all the same.
func (e *Engine) Recorded() ([]Recorded, error) {
	var all []Recorded
	networks, err := e.Networks()
	errs := []error{err}
	for i := range networks {
		all = append(all, Recorded{Network: &networks[i], Resources: e.networkResources(&networks[i])})
	}
	containers, err := e.List()
	errs = append(errs, err)
	for i := range containers {
		set, err := e.resourcesOf(containers[i])
		errs = append(errs, err)
		all = append(all, Recorded{Container: &containers[i], Resources: set})
	}
	return all, errors.Join(errs...)
}

// resourcesOf gives what a container has now: its storage and, while its
// program runs, what it has in the kernel, with the program's namespaces known.
func (e *Engine) resourcesOf(found Container) (resource.Set, error) {
	set, err := found.Record.storage()
	if err == nil && found.State == Up {
		var runtime resource.Set
		runtime, err = found.Record.runtime()
		introduce(runtime, found.PID)
		set = append(set, runtime...)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the resources of container %q: %w", found.Record.Name, err)
	}
	return set, nil
}

// introduce tells the resources of a running container which process they are
// for.
func introduce(set resource.Set, pid int) {
	for _, r := range set {
		switch r := r.(type) {
		case *bridge.Veth:
			r.Sandbox = fmt.Sprintf("/proc/%d/ns/net", pid)
		case *manager.Cgroup:
			r.Members = []int{pid}
		}
	}
}
