package rows

import (
	"fmt"
	"regexp"
	"time"

	"github.com/vishvananda/netlink"

	"mydocker/bench/program"
	"mydocker/bench/trial"
)

// toCleanHost is a run that ends when the kernel has no interface of the
// container any more, which may be after the command's end. (That no cgroup,
// rule or file is left is looked at once, at the end of the benchmark.)
func toCleanHost(p *program.Program) trial.Contender {
	return trial.Contender{
		Name: p.Name + ", until the host is clean",
		Measure: trial.Timed(func(turn int) error {
			if err := p.Do(p.RunNetwork(name(p, "clean", turn))); err != nil {
				return err
			}
			return untilClean()
		}),
	}
}

func untilClean() error {
	var left []string
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(200 * time.Microsecond) {
		var err error
		if left, err = leftovers(); err != nil || len(left) == 0 {
			return err
		}
	}
	return fmt.Errorf("waiting for a clean host: %v is left after %v", left, patience)
}

// hostVeth is how mydocker names an interface: after the container's ID.
var hostVeth = regexp.MustCompile(`^veth\d{10}$`)

func leftovers() (left []string, err error) {
	links, err := netlink.LinkList()
	for _, link := range links {
		if name := link.Attrs().Name; hostVeth.MatchString(name) {
			left = append(left, name)
		}
	}
	return left, err
}
