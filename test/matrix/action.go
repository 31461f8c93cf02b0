package main

import "slices"

// An action is a way to go wrong at a point.
type action string

const (
	ioError     action = "EIO"
	noSpace     action = "ENOSPC"
	killCLI     action = "kill cli"
	killMonitor action = "kill monitor"
	killInit    action = "kill init"
	killAll     action = "kill all"
	hang        action = "hang"
)

// roles are the processes that take part, in the order in which they come into
// being.
var roles = []string{"cli", "monitor", "init"}

// actions gives what can go wrong while some roles have been born. Where there
// is only the command, killing all is killing it.
func actions(born []string) []action {
	possible := []action{ioError, noSpace, hang}
	for role, kill := range map[string]action{"cli": killCLI, "monitor": killMonitor, "init": killInit} {
		if slices.Contains(born, role) {
			possible = append(possible, kill)
		}
	}
	if len(born) > 1 {
		possible = append(possible, killAll)
	}
	slices.Sort(possible)
	return possible
}

// fails tells whether the step itself goes wrong; otherwise somebody dies.
func (a action) fails() bool { return a == ioError || a == noSpace }

// plan is the action in the words of package failpoint.
func (a action) plan() string {
	if a.fails() {
		return string(a)
	}
	return "hang"
}

// victims are the roles that an action kills.
func (a action) victims() []string {
	switch a {
	case killCLI:
		return []string{"cli"}
	case killMonitor:
		return []string{"monitor"}
	case killInit:
		return []string{"init"}
	}
	return nil // everybody
}
