package engine

import (
	"fmt"

	"mydocker/container"
	"mydocker/container/explain"
)

// ExplainExec gives the shell lines that would do what Exec does, and changes
// nothing.
func (e *Engine) ExplainExec(reference string, options ExecOptions) ([]string, error) {
	found, target, config, err := e.execConfig(reference, options)
	if err != nil {
		return nil, err
	}
	who, err := container.Identify(target, config.User)
	if err != nil {
		return nil, err
	}
	join, err := e.cgroup(found.Record).JoinSteps("$BASHPID")
	if err != nil {
		return nil, err
	}
	lines := explain.Exec{
		PID: target.Pid, Namespaces: namespaces(found.Record.UserNS), Process: config.Process,
		UID: who.UID, GID: who.GID, Home: who.Home, Join: join,
	}.Lines()
	var s script
	s.title("a further program in container %s, whose first process is pid %d", found.title(), target.Pid)
	s.add(explainStarted, explainAlive)
	s.add(fmt.Sprintf("alive %d %d # or else the pid belongs to somebody else by now", target.Pid, target.Start))
	s.add("# into its cgroup, then into its namespaces")
	switch {
	case options.Detached:
		s.add("(")
		s.add(lines...)
		s.add(") </dev/null >/dev/null 2>&1 &")
		return s, nil
	case options.Stdin == nil && !options.Terminal:
		s.add("(") // the shell may be reading this very script from its own input
		s.add(lines...)
		s.add(") </dev/null")
		return s, nil
	}
	s.add(lines...)
	return s, nil
}
