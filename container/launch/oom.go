package launch

import (
	"fmt"
	"strconv"
	"syscall"
)

// AdjustOOMScore writes the process' oom_score_adj (proc_pid_oom_score_adj(5)) in the
// procfs that Arrange has put to Proc. That one is the host's: the container's could be
// anything.
func (p *Plan) AdjustOOMScore(score int) {
	explain := func(errno syscall.Errno) error {
		return fmt.Errorf("setting oom_score_adj %d: %w; lowering it needs CAP_SYS_RESOURCE", score, errno)
	}
	p.writeFile(Proc, "self/oom_score_adj", strconv.Itoa(score), explain, explain)
}
