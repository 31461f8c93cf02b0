package launch

import (
	"fmt"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// AdjustOOMScore writes the process' oom_score_adj (proc_pid_oom_score_adj(5)) in the
// procfs that Arrange has put to Proc. That one is the host's: the container's could be
// anything.
func (p *Plan) AdjustOOMScore(score int) {
	explain := func(errno syscall.Errno) error {
		return fmt.Errorf("setting oom_score_adj %d: %w; lowering it needs CAP_SYS_RESOURCE", score, errno)
	}
	path, _ := placeText(p, "self/oom_score_adj")
	opened, text := place(p, int32(0)), []byte(strconv.Itoa(score))
	open := p.do("", unix.SYS_OPENAT, Proc, address(path), unix.O_WRONLY|unix.O_CLOEXEC)
	open.store, open.explain = opened, explain
	write := p.do("", unix.SYS_WRITE, 0, address(placeAll(p, text)), uintptr(len(text)))
	write.load, write.wants, write.explain = opened, uintptr(len(text)), explain
}
