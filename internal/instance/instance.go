// Package instance tells the mydockers of one host apart. Two that have
// directories of their own share the host's links, packet filter and cgroups;
// what each of them makes there bears its mark, so that neither takes an object
// of the other for a leak of its own.
package instance

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// Mark says whose an object is: the run-time directory of the instance that
// made it, such as "/run/mydocker". It is "" where nobody said so.
type Mark string

// longestMark is how much of a path fits behind prefix into a link's alias,
// IFALIASZ of linux/if.h without the final NUL.
const longestMark = 255 - len(prefix)

const prefix = "mydocker:"

// Of gives the mark of the instance whose run-time directory is runRoot. What
// does not fit is cut off at the front: the end of a path is what differs.
func Of(runRoot string) Mark {
	if len(runRoot) > longestMark {
		runRoot = runRoot[len(runRoot)-longestMark:]
	}
	return Mark(runRoot)
}

// Label is the mark as it stands on a link, "mydocker:/run/mydocker".
func (m Mark) Label() string { return prefix + string(m) }

// Read gives the mark that a label holds. Any other text is nobody's.
func Read(label string) (mark Mark, ours bool) {
	text, ours := strings.CutPrefix(label, prefix)
	return Mark(text), ours
}

// Same tells whether two marks are those of one instance. One directory can
// have two names, as /run and /var/run have.
func (m Mark) Same(other Mark) bool {
	if m == other {
		return true
	}
	own, err := os.Stat(string(m))
	if err != nil {
		return false
	}
	its, err := os.Stat(string(other))
	return err == nil && os.SameFile(own, its)
}

// Gone tells whether the instance's run-time directory is no more, and the
// instance with it. Of a mark that was cut off nobody can tell.
func (m Mark) Gone() bool {
	if !strings.HasPrefix(string(m), "/") || len(m) == longestMark {
		return false
	}
	_, err := os.Lstat(string(m))
	return errors.Is(err, fs.ErrNotExist)
}
