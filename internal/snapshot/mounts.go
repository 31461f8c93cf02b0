package snapshot

import (
	"fmt"
	"os"

	"github.com/moby/sys/mountinfo"
)

// threadMounts is the mount table of the calling thread's own namespace; that
// of /proc/self would be the main thread's.
const threadMounts = "/proc/thread-self/mountinfo"

func readMounts(Scope) ([]string, error) {
	mounts, err := mountTable()
	if err != nil {
		return nil, err
	}
	var lines []string
	for _, m := range mounts {
		lines = append(lines, fmt.Sprintf("%s on %s type %s (%s) from %s", m.Source, m.Mountpoint, m.FSType, m.Options, m.Root))
	}
	return lines, nil
}

func mountTable() ([]*mountinfo.Info, error) {
	file, err := os.Open(threadMounts)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return mountinfo.GetMountsFromReader(file, nil)
}
