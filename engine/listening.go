package engine

import (
	"os"
	"path"

	"golang.org/x/sys/unix"

	"mydocker/internal/unixsocket"
)

// worthAsking is how many containers in flight are worth a question to the kernel.
// Fewer records are read in the same time.
const worthAsking = 4

// listening gives those containers at whose control socket a monitor listens: it
// sees to its container until it ends, and the kernel tells of a thousand of them
// in a fraction of the time that it takes to read their records. directory is that
// of all live records. Whoever is not among them may have a monitor all the same,
// such as one in another network namespace; the record tells.
func listening(directory *os.File, inFlight int) map[string]bool {
	var about unix.Stat_t
	if inFlight < worthAsking || unix.Fstat(int(directory.Fd()), &about) != nil {
		return nil
	}
	monitored := make(map[string]bool, inFlight)
	// An error means that less is known.
	_ = unixsocket.Listening(about.Dev, func(address string) {
		if of, name := path.Split(address); name == socketName {
			monitored[path.Base(of)] = true
		}
	})
	return monitored
}
