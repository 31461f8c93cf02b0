package container

import (
	"fmt"
	"os"
	"sync"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Sandbox is a thread in new namespaces that waits for a container to make in
// them. Taking namespaces, the network's above all, takes a millisecond in which
// its caller may find out what container it will be.
type Sandbox struct {
	flags   uintptr
	entered chan struct{} // closed when path and err are known
	path    string        // of the network namespace
	home    *os.File      // the network namespace of the thread before
	err     error
	work    func() // what the thread is to do; nil: to end
	decided event  // when that is known
	once    sync.Once
}

// NewSandbox begins to take the namespaces that the spec wants, but for those of
// processes and cgroups, which its first process takes. Create uses it once;
// Close gives up one that was not used.
func NewSandbox(spec *specs.Spec) *Sandbox {
	s := &Sandbox{flags: sandboxFlags(spec), entered: make(chan struct{})}
	if s.decided, s.err = newEvent(); s.err != nil {
		close(s.entered)
		return s
	}
	onOwnThread(s.live)
	return s
}

func sandboxFlags(spec *specs.Spec) uintptr { return cloneFlags(spec) &^ unix.CLONE_NEWPID }

func (s *Sandbox) live() {
	s.home, s.err = os.Open("/proc/thread-self/ns/net")
	if s.err == nil {
		s.err = unix.Unshare(int(s.flags))
	}
	s.path = fmt.Sprintf("/proc/%d/task/%d/ns/net", os.Getpid(), unix.Gettid())
	close(s.entered)
	s.decided.await()
	if s.work != nil {
		s.work()
	}
	s.home.Close()
}

// leaveNetwork takes the thread, which calls it, out of the network namespace.
// That one then dies with its last process, and with it all links in it; whoever
// waits for that does not have to wait for the thread as well.
func (s *Sandbox) leaveNetwork() {
	if s.flags&unix.CLONE_NEWNET != 0 {
		unix.Setns(int(s.home.Fd()), unix.CLONE_NEWNET) // an end of the thread comes to the same
	}
}

// occupy has the thread do the work, which is its last. It is an error when the
// namespaces could not be taken.
func (s *Sandbox) occupy(work func()) error {
	<-s.entered
	if s.err == nil {
		s.work = work
	}
	s.Close()
	return s.err
}

// Close lets the thread end when its work, if it has any, is done.
func (s *Sandbox) Close() {
	if s != nil {
		s.once.Do(s.decided.announce)
	}
}
