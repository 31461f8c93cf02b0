package engine

import (
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
	"mydocker/state"
)

// BenchmarkReconcile is what every changing command pays where nobody has died.
func BenchmarkReconcile(b *testing.B) {
	for _, scene := range []struct{ running, exited int }{{0, 0}, {10, 0}, {100, 0}, {1000, 0}, {0, 10}, {0, 100}} {
		b.Run(fmt.Sprintf("running=%d/exited=%d", scene.running, scene.exited), func(b *testing.B) {
			e := crowded(b, scene.running, scene.exited)
			before := processorTime(b)
			for b.Loop() {
				if err := e.Reconcile(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
		})
	}
}

// processorTime is what this process has used, which other programs on the
// machine change less than how long something takes.
func processorTime(b *testing.B) time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// emptyEngine gives an engine without any container.
func emptyEngine(t testing.TB) *Engine {
	return New(state.Layout{Root: t.TempDir(), RunRoot: t.TempDir()})
}

// crowded gives an engine with containers, of which some run: this process
// stands for their monitors, with a thread for each.
func crowded(b *testing.B, running, exited int) *Engine {
	e := inMemory(b)
	bootID, err := process.BootID()
	owner, referErr := refer(os.Getpid())
	if err := errors.Join(err, referErr, e.Reconcile()); err != nil {
		b.Fatal(err)
	}
	for i := range running + exited {
		record := &Record{ID: fmt.Sprintf("%010d", i), Started: time.Now()}
		if i < running {
			live := &Live{BootID: bootID, Work: Running, Owner: owner, Program: owner, Since: record.Started}
			err = e.saveLive(record.ID, live)
			b.Cleanup(monitorOf(b, e, record.ID))
		} else {
			record.Exit = &Exit{At: time.Now()}
		}
		if err := errors.Join(err, e.save(record)); err != nil {
			b.Fatal(err)
		}
	}
	return e
}
