package engine

import (
	"runtime"
	"sync"
	"sync/atomic"

	"mydocker/internal/processors"
)

// worthSpreading is how many state files are read on several processors. Fewer
// take a millisecond or two, beside which starting threads would show.
const worthSpreading = 32

// spread calls do for each index below count, on all processors where they are
// many. It is for reading state files, where nearly all time goes into JSON.
func spread(count int, do func(i int)) {
	workers := runtime.GOMAXPROCS(0)
	if count < worthSpreading {
		workers = 1
	}
	var next atomic.Int64
	work := func() {
		for i := int(next.Add(1)) - 1; i < count; i = int(next.Add(1)) - 1 {
			do(i)
		}
	}
	var others sync.WaitGroup
	here := processors.Current()
	for i := range workers - 1 {
		others.Go(func() {
			processors.Move(here, i+1)
			work()
		})
	}
	work()
	others.Wait()
}
