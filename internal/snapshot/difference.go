package snapshot

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"time"
)

// Difference is what two snapshots do not share.
type Difference struct {
	Appeared []string // each with its section before it: "link: testbr bridge"
	Vanished []string
}

// Empty tells whether the snapshots were equal.
func (d Difference) Empty() bool { return len(d.Appeared) == 0 && len(d.Vanished) == 0 }

// String gives one line for each object, "+" for what appeared and "-" for
// what vanished.
func (d Difference) String() string {
	var text strings.Builder
	for _, line := range d.Appeared {
		fmt.Fprintf(&text, "+ %s\n", line)
	}
	for _, line := range d.Vanished {
		fmt.Fprintf(&text, "- %s\n", line)
	}
	return text.String()
}

// Diff compares two snapshots.
func Diff(before, after Snapshot) Difference {
	var d Difference
	sections := maps.Clone(before)
	maps.Copy(sections, after)
	for _, section := range slices.Sorted(maps.Keys(sections)) {
		d.Appeared = append(d.Appeared, missing(section, after[section], before[section])...)
		d.Vanished = append(d.Vanished, missing(section, before[section], after[section])...)
	}
	return d
}

// missing gives the lines that there has not, as often as it lacks them.
func missing(section Section, lines, there []string) []string {
	left := map[string]int{}
	for _, line := range there {
		left[line]++
	}
	var lacking []string
	for _, line := range lines {
		if left[line]--; left[line] < 0 {
			lacking = append(lacking, string(section)+": "+line)
		}
	}
	return lacking
}

// wentWithItsDirectory tells whether a line is that of a mount whose mount
// point is no more. When somebody removes a directory in another mount
// namespace, the kernel takes away what is mounted on it in this one.
func wentWithItsDirectory(line string) bool {
	mount, isMount := strings.CutPrefix(line, "mount: ")
	if !isMount {
		return false
	}
	_, place, _ := strings.Cut(mount, " on ")
	place, _, _ = strings.Cut(place, " type ")
	_, err := os.Lstat(place)
	return errors.Is(err, fs.ErrNotExist)
}

// wasEnding tells whether a line is that of a process without memory, of a
// monitor, or of one that collects what exec has left in a container. Those that end
// with their container are still there for a moment when that is told, and in a snapshot
// that is taken just then; the container, if there was one still, would be missed by its
// cgroup.
func wasEnding(line string) bool {
	process, is := strings.CutPrefix(line, "process: ")
	_, command, _ := strings.Cut(process, " ")
	return is && (strings.HasPrefix(command, "[") || strings.HasPrefix(command, "mydocker-monitor ") || strings.HasPrefix(command, "mydocker-exec "))
}

// settlePoll is how often Settle looks again.
const settlePoll = 20 * time.Millisecond

// Settle compares the host with a snapshot until the two are equal or patience
// is over, and gives the last difference: links and cgroups of a namespace
// that has died vanish a little later than its processes.
func Settle(before Snapshot, scope Scope, patience time.Duration) (Difference, error) {
	deadline := time.Now().Add(patience)
	for {
		now, err := Take(scope)
		if err != nil {
			return Difference{}, err
		}
		d := Diff(before, now)
		d.Vanished = slices.DeleteFunc(d.Vanished, wentWithItsDirectory)
		d.Vanished = slices.DeleteFunc(d.Vanished, wasEnding)
		if d.Empty() || !time.Now().Before(deadline) {
			return d, nil
		}
		time.Sleep(settlePoll)
	}
}
