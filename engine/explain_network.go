package engine

import (
	"fmt"
	"path/filepath"

	"mydocker/internal/shell"
	"mydocker/network"
	"mydocker/resource"
	"mydocker/state"
)

// ExplainCreateNetwork gives the shell lines that would do what CreateNetwork
// does, and changes nothing.
func (e *Engine) ExplainCreateNetwork(options NetworkOptions) ([]string, error) {
	created, err := e.composeNetwork(options)
	if err == nil {
		err = e.checkNetwork(created, options)
	}
	if err != nil {
		return nil, err
	}
	steps := e.networkResources(created).Explain()
	var s script
	s.title("network %s: its record first, by which mydocker knows it", created.Name)
	path := e.networkPath(created.Name)
	s.add("mkdir -p -m 700 " + shell.Quote(filepath.Dir(path)))
	s.add(shell.WriteFile(path, 0o600, fieldLines(recordNetwork(created)))...)
	s.title("what it is on this host")
	s.add(steps.Create...)
	s.title("and to remove it:")
	s.say(e.explainDissolution(created, steps)...)
	return s, nil
}

// ExplainRemoveNetwork gives the shell lines that would do what RemoveNetwork
// does, and changes nothing.
func (e *Engine) ExplainRemoveNetwork(name string) ([]string, error) {
	removed, err := e.Network(name)
	if err != nil {
		return nil, err
	}
	if err := e.checkUnused(name); err != nil {
		return nil, err
	}
	var s script
	s.title("network %s: what there is of it on this host", name)
	there := e.networkResources(removed).Present().Explain()
	s.add(e.explainLocked(e.Layout.Lock(state.NetworkLock, name), e.explainDissolution(removed, there))...)
	return s, nil
}

// explainDissolution gives the lines of dissolve.
func (e *Engine) explainDissolution(removed *network.Network, there resource.Steps) []string {
	return append(there.Remove, "# its record", fmt.Sprintf("rm -f %s", shell.Quote(e.networkPath(removed.Name))))
}
