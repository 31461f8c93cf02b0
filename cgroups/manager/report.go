package manager

import (
	"fmt"
	"slices"
	"strings"

	"mydocker/cgroups"
	"mydocker/resource"
)

// Check implements resource.Resource. The cgroup is absent when no hierarchy has
// it, and altered when one lacks it, a file holds another value, or a
// member is elsewhere; the detail names directory, file, recorded and found value.
func (c *Cgroup) Check() (resource.Status, error) {
	var statuses []resource.Status
	err := c.each(func(m cgroups.Manager) error {
		status, err := m.Check()
		statuses = append(statuses, status)
		return err
	})
	if err != nil {
		return resource.Status{}, err
	}
	found := merge(statuses)
	if found.State != resource.Present || len(c.Members) == 0 {
		return found, nil
	}
	return c.checkMembers()
}

// checkMembers looks for the members in each hierarchy.
func (c *Cgroup) checkMembers() (resource.Status, error) {
	var away []string
	err := c.each(func(m cgroups.Manager) error {
		inside, err := m.Processes()
		for _, pid := range c.Members {
			if !slices.Contains(inside, pid) {
				away = append(away, fmt.Sprintf("pid %d is not in %q", pid, m.Location()))
			}
		}
		return err
	})
	if err != nil || len(away) == 0 {
		return resource.Status{State: resource.Present}, err
	}
	return resource.Status{State: resource.Altered, Detail: strings.Join(away, "; ")}, nil
}

// merge makes one status of those of the hierarchies.
func merge(statuses []resource.Status) resource.Status {
	state, absent := resource.Present, 0
	var details []string
	for _, status := range statuses {
		if status.State == resource.Present {
			continue
		}
		details = append(details, status.Detail)
		switch {
		case status.State == resource.Foreign:
			state = resource.Foreign
		case state != resource.Foreign:
			state = resource.Altered
		}
		if status.State == resource.Absent {
			absent++
		}
	}
	if absent == len(statuses) {
		return resource.Status{State: resource.Absent}
	}
	return resource.Status{State: state, Detail: strings.Join(details, "; ")}
}

// Explain implements resource.Resource. Without hierarchies, or with a path that
// is refused, there is nothing to type.
func (c *Cgroup) Explain() resource.Steps {
	var steps resource.Steps
	managers, _ := c.managers()
	if len(managers) > 0 {
		steps.Remove = managers[0].KillSteps()
	}
	for _, m := range managers {
		part := m.Explain()
		steps.Create = append(steps.Create, part.Create...)
		steps.Remove = append(steps.Remove, part.Remove...)
	}
	return steps
}

// JoinSteps gives the shell lines of Join; pid may be "$PID".
func (c *Cgroup) JoinSteps(pid string) (steps []string, err error) {
	err = each(c.holders, func(m cgroups.Manager) error {
		steps = append(steps, m.JoinSteps(pid)...)
		return nil
	})
	return steps, err
}
