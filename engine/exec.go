package engine

import (
	"fmt"
	"os"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/attach"
	"mydocker/container"
	"mydocker/container/apparmor"
	"mydocker/container/seccomp"
)

// ExecOptions are what a user says of a further program in a container.
type ExecOptions struct {
	Args       []string
	Env        []string
	User       string // "": the container's
	WorkingDir string // "": the container's
	Terminal   bool
	Detached   bool
	Privileged bool // with all capabilities

	Stdin, Stdout, Stderr *os.File // the caller's, for one without a terminal
}

// Exec runs a further program in a running container and returns when it has
// started.
func (e *Engine) Exec(reference string, options ExecOptions) (*Execution, error) {
	found, target, config, err := e.execConfig(reference, options)
	if err != nil {
		return nil, err
	}
	if found.Record.AppArmor == apparmor.DefaultProfile {
		if err := apparmor.Load(); err != nil { // somebody may have unloaded it
			return nil, err
		}
	}
	added := &Execution{pipes: pipes{files: options.files()}, container: found.Record.ID}
	err = added.start(target, config)
	if err != nil && found.live.Program.ending() {
		return nil, justEnded(execDoing, reference)
	}
	return added, err
}

const execDoing = "running a program in"

// execConfig says where a further program runs, and how, but for its files.
func (e *Engine) execConfig(reference string, options ExecOptions) (Container, container.Target, container.ExecConfig, error) {
	found, err := e.running(reference, execDoing)
	if err == nil {
		err = e.refuseLost(found, execDoing, reference)
	}
	if err == nil && len(options.Args) == 0 {
		err = fmt.Errorf("running a program in container %q: no command given", reference)
	}
	if err != nil {
		return found, container.Target{}, container.ExecConfig{}, err
	}
	program, filter, err := execProcess(found.Record, options)
	cgroup := e.cgroup(found.Record)
	cgroup.Known = found.live.Entrance
	target := container.Target{Pid: found.live.Program.PID, Start: found.live.Program.Start}
	return found, target, container.ExecConfig{
		Process: program, Seccomp: filter, User: first(options.User, found.Record.Process.User),
		UIDMappings: found.Record.UserNS.mapping(), GIDMappings: found.Record.UserNS.mapping(),
		Detached: options.Detached, Cgroup: cgroup,
	}, err
}

func (o ExecOptions) files() [3]*os.File { return [3]*os.File{o.Stdin, o.Stdout, o.Stderr} }

// execProcess is shut in as the container is: the filter is the container's, even
// where the program gets all capabilities.
func execProcess(record *Record, options ExecOptions) (*specs.Process, *seccomp.Filter, error) {
	capabilities, err := record.Security.capabilities()
	if err != nil {
		return nil, nil, err
	}
	filter, err := record.Security.filter(capabilities)
	if err != nil {
		return nil, nil, err
	}
	if options.Privileged {
		if capabilities, err = container.HeldCapabilities(); err != nil {
			return nil, nil, err
		}
	}
	program := runtimeProcess(record, capabilities)
	program.Terminal = options.Terminal
	program.Args = options.Args
	program.Env = merge(program.Env, options.Env)
	program.Cwd = first(options.WorkingDir, program.Cwd)
	if options.Terminal {
		program.Env = merge([]string{"TERM=xterm"}, program.Env)
	}
	if size, ok := attach.TerminalSize(); ok && options.Terminal {
		program.ConsoleSize = &specs.Box{Height: uint(size.Rows), Width: uint(size.Columns)}
	}
	return program, filter, nil
}
