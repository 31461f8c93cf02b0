package container

import "github.com/opencontainers/runtime-spec/specs-go"

// State renders a container's state as the runtime-spec has it (section
// State). The pid is that of the first process; it is left out for a container
// that has none any more, and the host's pid namespace counts.
func State(id string, status specs.ContainerState, pid int, bundle string, annotations map[string]string) specs.State {
	if status == specs.StateStopped {
		pid = 0
	}
	return specs.State{
		Version:     specs.Version,
		ID:          id,
		Status:      status,
		Pid:         pid,
		Bundle:      bundle,
		Annotations: annotations,
	}
}
