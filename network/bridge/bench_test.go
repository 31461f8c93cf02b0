package bridge

import (
	"testing"
	"time"

	"mydocker/network/internal/netnstest"
)

func BenchmarkVeth(b *testing.B) {
	netnstest.Enter(b)
	create(b, testBridge())
	var creating, removing time.Duration
	for b.Loop() {
		sandbox, die := netnstest.Mortal(b)
		veth := newVeth("1891821312", "10.10.10.2", sandbox)
		began := time.Now()
		create(b, veth)
		creating += time.Since(began)
		die()
		began = time.Now()
		remove(b, veth)
		removing += time.Since(began)
	}
	b.ReportMetric(float64(creating.Microseconds())/float64(b.N), "µs/create")
	b.ReportMetric(float64(removing.Microseconds())/float64(b.N), "µs/remove")
}

func BenchmarkBridge(b *testing.B) {
	netnstest.Enter(b)
	bridge := testBridge()
	var creating, again, removing time.Duration
	timed := func(sum *time.Duration, verb func() error) {
		began := time.Now()
		if err := verb(); err != nil {
			b.Fatal(err)
		}
		*sum += time.Since(began)
	}
	for b.Loop() {
		timed(&creating, bridge.Create)
		timed(&again, bridge.Create)
		timed(&removing, bridge.Remove)
	}
	b.ReportMetric(float64(creating.Microseconds())/float64(b.N), "µs/create")
	b.ReportMetric(float64(again.Microseconds())/float64(b.N), "µs/create-again")
	b.ReportMetric(float64(removing.Microseconds())/float64(b.N), "µs/remove")
}
