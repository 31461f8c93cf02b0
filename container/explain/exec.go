package explain

import (
	"fmt"
	"strings"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/internal/shell"
)

// Exec is a further program in a running container.
type Exec struct {
	PID        int // of the container's first process
	Namespaces []specs.LinuxNamespace
	Process    *specs.Process
	UID, GID   uint32
	Home       string   // for an environment without one
	Join       []string // the lines that put $BASHPID into the cgroup
}

// Lines turn the shell into the program. Its environment is made outside, so
// that nothing but the program itself has to be in the container.
func (e Exec) Lines() []string {
	process := e.Process
	environment := process.Env
	if !hasHome(environment) {
		environment = append(environment[:len(environment):len(environment)], "HOME="+e.Home)
	}
	var flags []string
	for _, namespace := range e.Namespaces {
		flags = append(flags, flagOf(namespace.Type))
	}
	var lines []string
	if process.Terminal {
		lines = append(lines, "# -t: mydocker gives it a terminal of the container; here it has this shell's")
	}
	lines = append(lines, e.Join...)
	lines = append(lines, limits(process)...)
	lines = append(lines, unconfined(process)...)
	return append(lines, fmt.Sprintf(`exec env --default-signal -i %s "$(type -P nsenter)" --target %d %s --wdns=%s --setgid %d --setuid %d -- %s`,
		shell.QuoteAll(environment), e.PID, strings.Join(flags, " "), shell.Quote(process.Cwd), e.GID, e.UID, shell.QuoteAll(process.Args)))
}
