package handle

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"golang.org/x/sys/unix"
)

// temporary is an entry that is not complete yet.
type temporary struct {
	directory int
	name      string
}

// unfinished are all that this process has.
var unfinished = struct {
	sync.Mutex
	all map[*temporary]bool
}{all: map[*temporary]bool{}}

// mostTries bounds how many names are tried.
const mostTries = 100

// stage makes an entry under a name that nothing has and nobody can foresee.
func stage(directory int, create func(name string) error) (*temporary, error) {
	unfinished.Lock()
	defer unfinished.Unlock()
	for range mostTries {
		made := &temporary{directory, fmt.Sprintf(".mydocker-cp-%016x", rand.Uint64())}
		err := create(made.name)
		if err == nil {
			unfinished.all[made] = true
			return made, nil
		}
		if !errors.Is(err, unix.EEXIST) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("looking for a temporary name: %w", unix.EEXIST)
}

// discard removes what has not been renamed. It also removes what has been, where
// both names were links to one file: rename(2) leaves them alone.
func (t *temporary) discard() {
	unfinished.Lock()
	defer unfinished.Unlock()
	delete(unfinished.all, t)
	unix.Unlinkat(t.directory, t.name, 0)
}

// Abandon removes all that is not complete, and keeps more from being made: the
// process is about to end.
func Abandon() {
	unfinished.Lock() // for ever
	for each := range unfinished.all {
		unix.Unlinkat(each.directory, each.name, 0)
	}
}
