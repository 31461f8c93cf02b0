package container

import (
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/account"
	"mydocker/container/launch"
	"mydocker/container/rootfs"
	"mydocker/container/terminal"
	"mydocker/internal/failpoint"
	"mydocker/internal/handle"
)

// IsInit tells whether a program with these arguments is to call Init, before
// it does anything else.
func IsInit(args []string) bool {
	return len(args) > 0 && args[0] == initName
}

// Init is the life of a container's PID 1: it makes the root, waits at the
// latch, and becomes the program. It never returns.
func Init() {
	runtime.LockOSThread() // namespaces and credentials belong to a thread
	setName(initName)
	creator := channel{os.NewFile(channelDescriptor, "channel")}
	if len(os.Args) > 1 {
		reap(creator, os.Args[1:])
	}
	failpoint.Play("init")
	w := worker{creator: creator}
	err := failpoint.Around("prepare root", w.prepare)
	if err != nil {
		creator.send(failed, describe(err))
	} else {
		creator.send(prepared, nil)
	}
	// Even after an error init stays until the latch opens or its creator
	// gives up: what the creator does meanwhile with its pid and namespaces
	// shall not fail too, and hide the cause.
	if _, closed := creator.receive(); closed == nil && err == nil {
		creator.send(failed, describe(failpoint.Around("become program", w.become)))
	}
	os.Exit(1)
}

// haveThreads makes the runtime start the one thread more that it will want
// when a system call takes long. Once init is in its cgroup, a tight limit on
// processes could forbid it.
func haveThreads() {
	ran := make(chan struct{})
	go close(ran)
	<-ran
}

// setName names the process for ps, which would call it by a descriptor's
// number otherwise.
func setName(name string) {
	text, err := unix.BytePtrFromString(name)
	if err == nil {
		unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(text)), 0, 0, 0)
	}
}

// worker is what init knows while it works.
type worker struct {
	creator  side
	task     errand
	root     *rootfs.Root
	proc     *os.File // the host's procfs
	sysctls  *os.File // where they are written
	identity account.Identity
	terminal *os.File   // its slave side
	lent     []*os.File // what a container in a user namespace is given of the host's mounts

	cgroup     *os.File // the cgroup namespace to join, if there is one
	label      *os.File // takes the AppArmor profile, if there is one
	executable *os.File // this program, when it is to stay as PID 1
}

// prepare does all that can be done before the latch opens: nothing in it
// needs the cgroup or the network, and nothing of the user's runs.
func (w *worker) prepare() error {
	unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0)
	unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
	unix.Umask(0)
	haveThreads()
	if err := w.readTask(); err != nil {
		return err
	}
	if err := w.takeLent(); err != nil {
		return err
	}
	if err := w.openExecutable(); err != nil {
		return err
	}
	if err := w.enterNamespaces(); err != nil {
		return err
	}
	if err := w.openProc(); err != nil {
		return err
	}
	if err := w.openLabel(); err != nil {
		return err
	}
	if err := w.makeRoot(w.mountRoot); err != nil {
		return err
	}
	if err := w.openSysctls(); err != nil {
		return err
	}
	if err := w.root.Seal(); err != nil {
		return err
	}
	if err := w.root.Enter(); err != nil {
		return err
	}
	return w.identify()
}

// mountRoot is the rootMaker of init. In a user namespace the creator does what
// takes privileges over the host, and lends the mounts.
func (w *worker) mountRoot(spec *specs.Spec, root specs.Mount) (*rootfs.Root, error) {
	if isMapped(spec) {
		return rootfs.MakeLent(spec, w.lent)
	}
	if err := rootfs.WriteOOMScore(spec.Process.OOMScoreAdj); err != nil {
		return nil, err
	}
	return rootfs.Make(spec, root)
}

func (w *worker) readTask() (err error) {
	file := os.NewFile(errandDescriptor, "errand")
	defer file.Close()
	w.task, err = readErrand(file)
	return err
}

// enterNamespaces joins those that exist already and furnishes the new ones.
func (w *worker) enterNamespaces() error {
	spec := w.task.Spec
	err := join(spec, specs.IPCNamespace, specs.UTSNamespace, specs.NetworkNamespace)
	if err != nil {
		return err
	}
	if w.cgroup, err = openNamespace(spec, specs.CgroupNamespace); err != nil {
		return err
	}
	if spec.Hostname != "" {
		if err := unix.Sethostname([]byte(spec.Hostname)); err != nil {
			return fmt.Errorf("setting host name %q: %w", spec.Hostname, err)
		}
	}
	if spec.Domainname != "" {
		if err := unix.Setdomainname([]byte(spec.Domainname)); err != nil {
			return fmt.Errorf("setting domain name %q: %w", spec.Domainname, err)
		}
	}
	if makes(spec, specs.NetworkNamespace) {
		return bringLoopbackUp()
	}
	return nil
}

// rootMaker is Make or MakeWithoutProc of package rootfs.
type rootMaker func(*specs.Spec, specs.Mount) (*rootfs.Root, error)

// makeRoot makes the container's file system.
func (w *worker) makeRoot(make rootMaker) (err error) {
	spec := w.task.Spec
	if w.root, err = make(spec, w.task.Rootfs); err != nil {
		return err
	}
	if err := w.root.EnsureDirectory(spec.Process.Cwd); err != nil {
		return fmt.Errorf("preparing the working directory: %w", err)
	}
	if spec.Process.Terminal {
		return w.makeTerminal()
	}
	return nil
}

// makeTerminal makes the terminal, hands its master side to the creator, and
// makes its slave side the container's console.
func (w *worker) makeTerminal() error {
	master, slave, err := terminal.Open(w.inside(), w.task.Spec.Process.ConsoleSize)
	if err != nil {
		return err
	}
	defer master.Close()
	w.terminal = slave
	if err := w.creator.send(console, nil, master); err != nil {
		return fmt.Errorf("handing over the terminal: %w", err)
	}
	return w.root.MountConsole(slave)
}

// identify finds out, inside the root, who the program runs as.
func (w *worker) identify() (err error) {
	process := w.task.Spec.Process
	if w.identity, err = account.Resolve(w.inside(), w.task.User, process.User); err != nil {
		return err
	}
	return checkMapped(w.identity, w.task.Spec.Linux.UIDMappings, w.task.Spec.Linux.GIDMappings)
}

// become does what the network and the cgroup had to be there for, and turns
// init into the program. It returns only when that went wrong.
func (w *worker) become() error {
	if err := w.writeSysctls(); err != nil {
		return err
	}
	membership, _ := os.ReadFile("/proc/self/cgroup") // without procfs there is nobody to mount cgroups for
	if makes(w.task.Spec, specs.CgroupNamespace) {
		if err := unix.Unshare(unix.CLONE_NEWCGROUP); err != nil {
			return fmt.Errorf("making a cgroup namespace: %w", err)
		}
	}
	if err := enterNamespace(w.cgroup, specs.CgroupNamespace); err != nil {
		return err
	}
	if err := w.root.MountCgroup(membership); err != nil {
		return err
	}
	if err := w.arrangeFiles(); err != nil {
		return err
	}
	plan, err := w.plan()
	if err != nil {
		return err
	}
	code, err := plan.Explain(plan.Run(), launch.LookHere)
	return &StartError{Code: code, Err: err}
}

// openProc opens the host's procfs, while that is there.
func (w *worker) openProc() (err error) {
	w.proc, err = rootfs.HostProc()
	return err
}

// inside is the container's root, for whoever opens files in it.
func (w *worker) inside() handle.Root {
	return handle.Root{File: w.root.Directory(), Proc: w.proc}
}

// openLabel opens the file that takes the AppArmor profile.
func (w *worker) openLabel() error {
	profile := w.task.Spec.Process.ApparmorProfile
	if profile == "" {
		return nil
	}
	fd, err := unix.Openat(int(w.proc.Fd()), launch.LabelPath, unix.O_WRONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("taking AppArmor profile %q: %w", profile, err)
	}
	w.label = os.NewFile(uintptr(fd), launch.LabelPath)
	return nil
}
