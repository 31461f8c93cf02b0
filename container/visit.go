package container

import (
	"errors"
	"fmt"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/launch"
	"mydocker/container/rootfs"
	"mydocker/internal/failpoint"
	"mydocker/internal/process"
)

// visitor is a thread of the caller that makes a container from inside: it
// takes new namespaces, makes the root in them, and launches the process that
// waits to become the program. Nothing of mydocker is executed, which would
// take longer than all the rest. The thread stays until the process has ended,
// because the kernel ties the two together, and then ends too: nobody else
// shall ever run in those namespaces.
type visitor struct {
	worker
	cfg     Config
	process *Process
	sandbox *Sandbox
	plan    *launch.Plan
	placing placing       // the way into the cgroup
	died    chan struct{} // closed when the process has ended
	through chan struct{} // closed when this thread has nothing more to do with the process
	files   [3]*os.File   // the program's, until it has them; nil is /dev/null
	status  *os.File      // where the process tells how far it came
	latch   *os.File      // what it waits at
}

// canVisit tells whether a thread can make the container. It cannot stay as
// PID 1, nor enter a user namespace, which is for whole processes (unshare(2)),
// does not join namespaces, and needs to know the cgroup before there is a
// process, where a cgroup namespace begins there.
func (cfg Config) canVisit() bool {
	if isMapped(cfg.Spec) || cfg.Cgroup == nil && makes(cfg.Spec, specs.CgroupNamespace) {
		return false
	}
	for _, namespace := range cfg.Spec.Linux.Namespaces {
		if namespace.Path != "" {
			return false
		}
	}
	return !cfg.Init && makes(cfg.Spec, specs.PIDNamespace)
}

// visit makes the container's namespaces and returns; a thread in them goes on.
func visit(cfg Config) (*Process, error) {
	creator, maker := newTalk()
	v := &visitor{worker: worker{creator: maker, task: newErrand(cfg)}, cfg: cfg, process: newProcess(),
		died: make(chan struct{}), through: make(chan struct{})}
	v.process.maker = creator
	if err := v.takeFiles(); err != nil {
		v.closeFiles()
		return nil, fmt.Errorf("creating container %q: %w", cfg.ID, err)
	}
	sandbox := cfg.Sandbox
	if sandbox == nil || sandbox.flags != sandboxFlags(cfg.Spec) {
		sandbox = NewSandbox(cfg.Spec)
	}
	v.sandbox = sandbox
	if err := sandbox.occupy(v.live); err != nil {
		v.closeFiles()
		return nil, fmt.Errorf("creating container %q: taking namespaces: %w", cfg.ID, err)
	}
	v.process.sandbox = sandbox.path
	return v.process, nil
}

// live is the thread's life in the namespaces.
func (v *visitor) live() {
	begun := v.begin()
	v.closeFiles()
	v.proc.Close()
	v.sysctls.Close()
	v.creator.Close()
	if begun {
		v.sandbox.leaveNetwork()
	}
	close(v.through)
	if v.process.pid == 0 {
		v.process.tellEnd()
		return
	}
	<-v.died
}

// begin makes the root and, if the creator wants it, lets the program begin.
func (v *visitor) begin() bool {
	if err := failpoint.Around("make root", v.work); err != nil {
		v.giveUp(err)
		return false
	}
	v.creator.send(prepared, nil)
	if !v.wanted() {
		return false
	}
	if err := failpoint.Around("open latch", v.open); err != nil {
		v.giveUp(err)
		return false
	}
	return true
}

// wanted waits until the creator wants the program to begin. It kills the
// process of a creator who gives up.
func (v *visitor) wanted() bool {
	select {
	case <-v.died:
		return false
	case _, open := <-v.heard():
		if !open {
			v.process.Signal(unix.SIGKILL)
		}
		return open
	}
}

// heard gives what the creator says next; it is closed when the creator has
// left.
func (v *visitor) heard() <-chan message {
	said := make(chan message, 1)
	go func() {
		defer close(said)
		if received, err := v.creator.receive(); err == nil {
			said <- received
		}
	}()
	return said
}

// giveUp tells why there will be no program, and stays until it was heard: the
// creator still works with the namespaces. A process that was killed leaves its
// exit status to tell.
func (v *visitor) giveUp(cause error) {
	if !errors.Is(cause, launch.ErrKilled) && !errors.Is(cause, unix.ESRCH) {
		v.creator.send(failed, describe(cause))
	} else {
		v.creator.Close()
	}
	if v.process.pid == 0 {
		close(v.process.born)
		v.creator.receive()
		return
	}
	select {
	case <-v.heard():
		v.process.Signal(unix.SIGKILL)
		<-v.died
	case <-v.died:
	}
}

// work makes the root and the process that waits in it.
func (v *visitor) work() error {
	unix.Umask(0) // the thread's own, since it has a mount namespace of its own
	if err := v.enterNamespaces(); err != nil {
		return err
	}
	if err := v.openProc(); err != nil {
		return err
	}
	if err := v.makeRoot(rootfs.MakeWithoutProc); err != nil {
		return err
	}
	if err := v.identify(); err != nil {
		return err
	}
	if err := failpoint.Around("spawn init", v.launch); err != nil {
		return err
	}
	context, err := v.acceptProc()
	if err != nil {
		return err
	}
	defer context.Close()
	if err := v.root.MountProc(context); err != nil {
		return err
	}
	if err := v.openSysctls(); err != nil {
		return err
	}
	return v.closeRoot()
}

// closeRoot hides what a container must not see and leaves the host's root.
func (v *visitor) closeRoot() error {
	if err := v.root.Seal(); err != nil {
		return err
	}
	membership, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", v.process.pid))
	if err != nil {
		return err
	}
	if err := v.enterCgroupNamespace(); err != nil {
		return err
	}
	if err := v.root.MountCgroup(membership); err != nil {
		return err
	}
	if err := v.root.Enter(); err != nil {
		return err
	}
	if err := v.root.Close(); err != nil {
		return fmt.Errorf("letting go of the root: %w", err)
	}
	return enterDirectory(v.task.Spec.Process.Cwd)
}

// enterCgroupNamespace joins the one that the process has made, which shows
// its cgroup as the root.
func (v *visitor) enterCgroupNamespace() error {
	if !makes(v.task.Spec, specs.CgroupNamespace) {
		return nil
	}
	if err := unix.Setns(int(v.process.pidfd.Fd()), unix.CLONE_NEWCGROUP); err != nil {
		return fmt.Errorf("joining the cgroup namespace: %w", err)
	}
	return nil
}

// acceptProc waits for the process to open its procfs.
func (v *visitor) acceptProc() (*os.File, error) {
	context, failure, err := launch.AcceptProc(v.status)
	if err != nil {
		return nil, err
	}
	if failure != nil {
		return nil, v.explain(*failure)
	}
	return context, nil
}

// open lets the waiting process go on and waits until its program has begun.
func (v *visitor) open() error {
	defer v.status.Close()
	if err := v.writeSysctls(); err != nil {
		return err
	}
	v.latch.Write([]byte{goOn}) // if the process is gone, its status says so
	v.latch.Close()
	failure, err := launch.Await(v.status)
	if err != nil {
		return fmt.Errorf("starting %q: %w", v.task.Spec.Process.Args[0], err)
	}
	if failure != nil {
		return v.explain(*failure)
	}
	v.creator.send(begins, nil)
	return nil
}

func (v *visitor) explain(failure launch.Failure) error {
	code, err := v.plan.Explain(failure, launch.LookHere)
	return &StartError{Code: code, Err: err}
}

// launch makes the process.
func (v *visitor) launch() (err error) {
	if err := unix.Chdir("/"); err != nil {
		return err
	}
	status, theirStatus, err := socketPair()
	if err != nil {
		return err
	}
	v.status = status
	theirLatch, latch, err := os.Pipe()
	if err != nil {
		theirStatus.Close()
		return err
	}
	v.latch = latch
	defer closeAll([]*os.File{theirStatus, theirLatch})
	child, err := v.launchPlaced(theirStatus, theirLatch)
	v.closeFiles()
	if err != nil {
		return err
	}
	v.process.bear(birth{pid: child.Pid, pidfd: child.Pidfd})
	failpoint.Born("init", child.Pid)
	go func() {
		process.AwaitEnd(v.process.pidfd)
		close(v.died)
		<-v.through // whoever is told of the end may reap the process, whose pid then means nothing
		v.process.tellEnd()
	}()
	return adjustOOMScore(child.Pid, v.task.Spec.Process.OOMScoreAdj)
}

// writePlan lists the process' steps, from its birth to its program. It gives
// the files that the child takes over.
func (v *visitor) writePlan(status, latch *os.File) (raised []*os.File, err error) {
	process := v.task.Spec.Process
	if err := v.arrangeFiles(); err != nil {
		return nil, err
	}
	raised, err = raise(v.handedOver(status, latch)...)
	if err != nil {
		return nil, err
	}
	v.plan = &launch.Plan{}
	v.plan.Arrange(raised[0], v.files, raised[1:]...)
	v.plan.DieWithParent()
	v.placing.join(v.plan)
	if makes(v.task.Spec, specs.CgroupNamespace) {
		v.plan.NewCgroupNamespace()
	}
	v.plan.OfferProc()
	v.plan.AwaitLatch()
	if err := v.plan.Enter(process.Cwd); err != nil {
		return raised, err
	}
	v.plan.NewSession()
	if process.Terminal {
		v.plan.TakeTerminal()
	}
	v.plan.LabelFrom(process.ApparmorProfile)
	if err := addProcess(v.plan, process, v.identity, v.task.Filter); err != nil {
		return raised, err
	}
	v.plan.DieWithParent()
	v.plan.Begin()
	addFilter(v.plan, process, v.task.Filter)
	return raised, v.plan.Exec(process.Args, withHome(process.Env, v.identity.Home))
}

// socketPair makes a stream in both directions, close-on-exec.
func socketPair() (ours, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "status"), os.NewFile(uintptr(fds[1]), "status of process"), nil
}
