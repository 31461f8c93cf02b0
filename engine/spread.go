package engine

import (
	"runtime"
	"sync"
	"sync/atomic"

	"mydocker/internal/processors"
)

// worthHelping is how many state files there are for each thread that reads them. Fewer
// take half a millisecond, beside which starting a thread would show.
const worthHelping = 16

// spread calls do for each index below count, on all processors where they are
// many. It is for reading state files, where nearly all time goes into JSON.
func spread(count int, do func(i int)) {
	helpers := min(runtime.GOMAXPROCS(0), count/worthHelping) - 1
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
			do(i)
		}
	}
	var others sync.WaitGroup
	here := processors.Current()
	for range helpers {
		others.Go(func() {
			processors.Leave(here)
			work()
		})
	}
	work()
	others.Wait()
}
