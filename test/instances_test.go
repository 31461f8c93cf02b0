package test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/snapshot"
	"mydocker/test/host"
	"mydocker/test/patience"
)

// instanceRounds is how many rounds of commands two instances run against each
// other.
const instanceRounds = 40

// TestTwoInstancesAtOnce has two instances on one host, which want networks of
// the same names, and whose commands are killed at random. Neither touches what
// the other has, whatever it cleans up.
func TestTwoInstancesAtOnce(t *testing.T) {
	f := &field{arena: newArena(t)}
	seed := setting("MYDOCKER_TEST_SEED", int(time.Now().UnixNano()))
	f.random = rand.New(rand.NewPCG(uint64(seed), 0))
	instances := []*instance{f.instance(0), f.instance(1)}
	f.remember("quiet")
	for _, i := range instances {
		i.settleDown()
	}
	rounds := instanceRounds
	if patience.For(time.Second) > time.Second {
		rounds /= 10
	}
	for round := range rounds {
		f.round = fmt.Sprintf("round %d", round)
		f.clash(instances)
		for _, i := range instances {
			i.isUntouched()
		}
	}
	for _, i := range instances {
		i.leave()
	}
	if change := f.changed("quiet"); change != "" {
		t.Errorf("the instances left the host changed:\n%s", change)
	}
	fmt.Printf("%d rounds of two instances (MYDOCKER_TEST_SEED=%d)\n", rounds, seed)
}

// instance is one of several that share the host of a field.
type instance struct {
	*field
	flags  []string
	number int
	pid    string // of the program that stays
}

// instance makes one whose state is part of what the field examines.
func (f *field) instance(number int) *instance {
	f.t.Helper()
	root := filepath.Join(f.Directory, fmt.Sprintf("root%d", number))
	run := filepath.Join(f.Directory, fmt.Sprintf("run%d", number))
	watch, err := snapshot.WatchDirectory(filepath.Join(root, "containers"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { watch.Close() })
	known := f.Scope.IDs
	f.Scope.IDs = func() []string { return append(known(), watch.Names()...) }
	f.Scope.Roots = append(f.Scope.Roots, root, run)
	f.Scope.Except = append(append(f.Scope.Except, filepath.Join(root, "image")), host.Lasting(run)...)
	i := &instance{field: f, number: number, flags: []string{"--root", root, "--run-root", run}}
	i.does("image", "import", filepath.Join(f.Root(), "image/busybox.tar"), "busybox")
	return i
}

func (i *instance) begins(words ...string) *attempt { return i.begin(append(i.flags, words...)...) }

func (i *instance) does(words ...string) string {
	i.t.Helper()
	return i.do(append(i.flags, words...)...)
}

// settleDown has a container run that nobody is to touch, on a network of its
// own. Both have the same name.
func (i *instance) settleDown() {
	i.does("network", "create", "--subnet", fmt.Sprintf("10.30.%d.1/24", i.number), fmt.Sprintf("own%d", i.number))
	i.does("run", "-d", "--cap-add", "NET_RAW", "--name", "stays", "-net", fmt.Sprintf("own%d", i.number), "-p", fmt.Sprintf("900%d:80", i.number), "busybox", "top")
	i.pid = i.does("inspect", "--format", "{{.State.Pid}}", "stays")
}

// clash begins commands of both and kills some of them.
func (f *field) clash(instances []*instance) {
	var attempts []*attempt
	for range 8 {
		i := instances[f.random.IntN(len(instances))]
		words := f.some(1, "network create shared0", "network create shared1", "network rm shared0", "network rm shared1",
			"run -d -net shared0 -p 8080:80 busybox top", "run -net shared1 busybox true", "run -d --rm busybox top", "run -d --name one busybox top",
			"rm -f one", "stop -t 0 one", "start one", "exec stays true", "rm nothing")[0]
		attempts = append(attempts, i.begins(strings.Fields(words)...))
		f.breathe()
	}
	for _, p := range attempts {
		if f.random.IntN(2) == 0 {
			f.breathe()
			p.command.Process.Signal(unix.SIGKILL)
		}
	}
	for _, p := range attempts {
		if p.await() < 0 {
			f.fail(attempts, "%q hung", p.words)
		}
	}
}

// isUntouched wants the container that stays to run on, and to be connected.
func (i *instance) isUntouched() {
	i.t.Helper()
	if pid := i.does("inspect", "--format", "{{.State.Pid}}", "stays"); pid != i.pid {
		i.t.Fatalf("%s: the container of instance %d had pid %s and has %s", i.round, i.number, i.pid, pid)
	}
	i.does("exec", "stays", "ping", "-c", "1", "-W", "5", fmt.Sprintf("10.30.%d.1", i.number))
	rules := i.beginCommand("iptables", "-t", "nat", "-S")
	if rules.await(); !strings.Contains(rules.output(), fmt.Sprintf("--dport 900%d ", i.number)) {
		i.t.Fatalf("%s: the published port of instance %d is gone:\n%s", i.round, i.number, rules.output())
	}
}

// leave removes all that an instance has, and nothing of the other's.
func (i *instance) leave() {
	i.begins("rm", "nothing").await()
	for _, id := range strings.Fields(i.does("ps", "-q", "--no-trunc")) {
		i.does("rm", "-f", id)
	}
	for _, name := range strings.Fields(i.does("network", "ls", "-q")) {
		i.does("network", "rm", name)
	}
}
