// Package interrupt lets a command put something in order before a signal ends it.
package interrupt

import (
	"os"
	"os/signal"

	"golang.org/x/sys/unix"
)

// Before does something when this process is sent SIGINT, SIGTERM or SIGHUP, and then
// has the signal end it as it would have done. One that is ignored, as SIGHUP is under
// nohup(1), stays so. stop ends that.
func Before(do func()) (stop func()) {
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	for _, each := range []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP} {
		if !signal.Ignored(each) {
			signal.Notify(signals, each)
		}
	}
	go func() {
		select {
		case <-done:
		case caught := <-signals:
			do()
			signal.Reset(caught)
			unix.Kill(os.Getpid(), caught.(unix.Signal))
		}
	}()
	return func() {
		signal.Stop(signals)
		close(done)
	}
}
