package container

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/launch"
	"mydocker/container/seccomp"
	"mydocker/internal/failpoint"
	"mydocker/internal/process"
)

// Target names a running container by its PID 1.
type Target struct {
	Pid   int
	Start uint64 // as package process gives it, so that a recycled pid is never entered
}

// ExecConfig is what a further process of a container is started from.
type ExecConfig struct {
	Process *specs.Process // its Cwd must exist in the container
	User    string         // as in Config

	Seccomp *seccomp.Filter // nil is none

	// As in the Linux section of the spec from which the container was made.
	UIDMappings, GIDMappings []specs.LinuxIDMapping

	Stdin, Stdout, Stderr *os.File // as in Config

	// Detached lets the process outlive its caller, which otherwise takes
	// it along.
	Detached bool

	// Cgroup is the container's. None of the user's code runs before the
	// process is in it. nil is the caller's own.
	Cgroup Cgroup
}

func (cfg ExecConfig) isMapped() bool { return len(cfg.UIDMappings) > 0 }

// hostUID gives the host's ID for a user of the container; one that has none
// there gets nothing of the host's.
func (cfg ExecConfig) hostUID(uid uint32) uint32 {
	id, found := hostID(cfg.UIDMappings, uid)
	if !found {
		return unchangedID
	}
	return id
}

// Exec adds a process to a running container and returns when its program has
// begun. Any error is a *StartError; no process is left then. Start is not to
// be called on the result.
func Exec(target Target, cfg ExecConfig) (*Process, error) {
	if err := validateProcess(cfg.Process, cfg.isMapped()); err != nil {
		return nil, &StartError{Code: launch.CannotSetUp, Err: err}
	}
	p, err := execute(target, cfg)
	if cfg.Cgroup != nil && errors.Is(err, unix.EBUSY) {
		cfg.Cgroup = followed{cfg.Cgroup, target.Pid}
		p, err = execute(target, cfg)
	}
	if start := (*StartError)(nil); err != nil && !errors.As(err, &start) {
		return nil, &StartError{Code: launch.CannotSetUp, Err: err}
	}
	return p, err
}

func execute(target Target, cfg ExecConfig) (*Process, error) {
	entry, err := newEntry(target, cfg)
	if err != nil {
		return nil, err
	}
	defer entry.close()
	p, err := keep(entry.add, endAdded)
	if err != nil {
		return nil, err
	}
	failpoint.Born("exec", p.pid)
	if entry.console != nil {
		err = p.keepConsole(entry.console)
	}
	if err == nil {
		err = failpoint.Around("start program", entry.await)
	}
	if err != nil {
		p.kill()
		if p.console != nil {
			p.console.Close()
		}
		return nil, err
	}
	return p, nil
}

// endAdded reaps the process at once: a container's end waits until its processes are
// reaped, and so shall not wait for whoever might call Wait.
func endAdded(p *Process) {
	p.reap()
	p.tellEnd()
}

// await waits until the program has begun.
func (e *entry) await() error {
	failure, err := launch.Await(io.MultiReader(bytes.NewReader(e.told), e.status))
	if err == launch.ErrKilled {
		return fmt.Errorf("starting %q: %w; has the container ended?", e.cfg.Process.Args[0], err)
	}
	if err != nil {
		return fmt.Errorf("starting %q: %w", e.cfg.Process.Args[0], err)
	}
	if failure != nil {
		code, err := e.plan.Explain(*failure, e.look)
		return &StartError{Code: code, Err: err}
	}
	return nil
}

// adjustOOMScore writes the score from outside: the procfs of a running
// container is not to be trusted with it. The process waits, so that its pid
// is its own.
func adjustOOMScore(pid int, score *int) error {
	if score == nil {
		return nil
	}
	err := os.WriteFile("/proc/"+strconv.Itoa(pid)+"/oom_score_adj", []byte(strconv.Itoa(*score)), 0)
	if err != nil {
		return fmt.Errorf("setting oom_score_adj %d: %w; lowering it needs CAP_SYS_RESOURCE", *score, errors.Unwrap(err))
	}
	return nil
}

// ended says that a container is not there any more.
func ended(target Target) error {
	return fmt.Errorf("entering the container (pid %d): %w", target.Pid, process.ErrGone)
}
