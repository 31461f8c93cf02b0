package container

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/container/seccomp"
	"mydocker/internal/failpoint"
)

// initName is argv[0] of init.
const initName = "mydocker-init"

// The descriptors that init starts with, after its standard ones.
const (
	channelDescriptor = 3
	errandDescriptor  = 4
)

// spawner makes the process that is to become the container's first one, in
// its namespaces, and gives it its side of the channel. The process then
// speaks the channel's protocol.
type spawner func(cfg Config, init channel) (birth, error)

// Create makes the container's namespaces with a process in them that waits.
// It returns while that process still makes the root. Any goroutine may call
// it. The container is killed when the calling process dies.
//
// To give up instead of calling Start, send SIGKILL and Wait.
func Create(cfg Config) (*Process, error) {
	if err := cfg.validate(); err != nil {
		return nil, err
	}
	if cfg.Seccomp == nil && cfg.Spec.Linux.Seccomp != nil {
		filter, err := seccomp.Compile(cfg.Spec.Linux.Seccomp)
		if err != nil {
			return nil, fmt.Errorf("compiling the seccomp profile: %w", err)
		}
		cfg.Seccomp = &filter
	}
	if cfg.canVisit() {
		return visit(cfg)
	}
	return create(cfg, reexec)
}

func create(cfg Config, spawn spawner) (*Process, error) {
	creator, init, err := newChannel()
	if err != nil {
		return nil, err
	}
	p, err := keep(func() (birth, error) { return spawn(cfg, init) }, (*Process).tellEnd)
	init.Close()
	if err != nil {
		creator.Close()
		return nil, fmt.Errorf("creating container %q: %w", cfg.ID, err)
	}
	failpoint.Born("init", p.pid)
	p.maker = creator
	p.sandbox = fmt.Sprintf("/proc/%d/ns/net", p.pid)
	if err := cfg.place(p); err != nil {
		return nil, p.abandon(err)
	}
	if err := cfg.equip(p); err != nil {
		return nil, fmt.Errorf("creating container %q: %w", cfg.ID, p.abandon(err))
	}
	return p, nil
}

// place moves a process that was born outside into its cgroup.
func (cfg Config) place(p *Process) error {
	if cfg.Cgroup == nil {
		return nil
	}
	cgroup, err := cfg.Cgroup()
	if err != nil {
		return err
	}
	return cgroup.Join(p.pid)
}

// reexec is the spawner that runs this program again as init.
func reexec(cfg Config, init channel) (birth, error) {
	task, err := newErrand(cfg).write()
	if err != nil {
		return birth{}, err
	}
	defer task.Close()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return birth{}, err
	}
	defer null.Close()
	executable, err := ownExecutable()
	if err != nil {
		return birth{}, fmt.Errorf("opening own executable: %w", err)
	}
	defer executable.Close()
	if err := join(cfg.Spec, specs.PIDNamespace); err != nil {
		return birth{}, err
	}
	files := append(cfg.descriptors(null), init.Fd(), task.Fd())
	return forkInit(executable, files, cfg.Spec)
}

// forkInit starts init. Its environment is empty but for settings of the Go
// runtime: it lives too briefly to collect garbage, and does one thing at a
// time.
func forkInit(executable *os.File, files []uintptr, spec *specs.Spec) (birth, error) {
	pidfd := -1
	pid, err := syscall.ForkExec("/proc/self/fd/"+strconv.Itoa(int(executable.Fd())), []string{initName}, &syscall.ProcAttr{
		Env:   failpoint.Environment([]string{"GOGC=off", "GOMAXPROCS=1"}),
		Files: files,
		Sys:   birthAttributes(spec, &pidfd),
	})
	if err != nil {
		return birth{}, fmt.Errorf("starting init: %w", err)
	}
	if pidfd < 0 {
		syscall.Kill(pid, syscall.SIGKILL)
		syscall.Wait4(pid, nil, 0, nil)
		return birth{}, fmt.Errorf("starting init: this kernel gives no pidfd (needs Linux 5.4)")
	}
	return birth{pid: pid, pidfd: os.NewFile(uintptr(pidfd), "pidfd")}, nil
}

// stdio gives the program's files; with a terminal there are none.
func (cfg Config) stdio() [3]*os.File {
	if cfg.Spec.Process.Terminal {
		return [3]*os.File{}
	}
	return [3]*os.File{cfg.Stdin, cfg.Stdout, cfg.Stderr}
}

// descriptors gives init's standard descriptors.
func (cfg Config) descriptors(null *os.File) []uintptr {
	var fds []uintptr
	for _, file := range cfg.stdio() {
		if file == nil {
			file = null
		}
		fds = append(fds, file.Fd())
	}
	return fds
}
