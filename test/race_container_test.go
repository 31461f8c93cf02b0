package test

import (
	"fmt"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/test/patience"
)

var containerRaces = []contest{
	{"start many times", func(f *field) {
		f.stopped()
		f.oneWins("start one", "start one", "start one", "start one")
		f.is("one", "running")
	}},
	{"remove many times", func(f *field) {
		f.stopped()
		f.oneWins("rm one", "rm one", "rm one", "rm one")
		f.isGone("one")
	}},
	{"remove by force many times", func(f *field) {
		f.runs()
		f.oneWins("rm -f one", "rm -f one", "rm -f one", "rm -f one")
		f.isGone("one")
	}},
	{"start or remove", func(f *field) {
		f.stopped()
		won := f.oneWins("start one", "rm one")
		if won.words == "rm one" {
			f.isGone("one")
		} else {
			f.is("one", "running")
		}
	}},
	{"start and remove by force", func(f *field) {
		f.stopped()
		attempts := f.all("start one", "start one", "rm -f one", "start one")
		if attempts[2].await() != 0 {
			f.fail(attempts, "rm -f did not succeed")
		}
		f.isGone("one")
	}},
	{"remove by force while others start it again", func(f *field) {
		f.runs()
		attempts := f.all("start one", "rm -f one", "start one", "stop -t 0 one", "start one", "start one")
		if attempts[1].await() != 0 {
			f.fail(attempts, "rm -f did not succeed")
		}
		f.isGone("one")
	}},
	{"stop many times", func(f *field) {
		f.runs()
		attempts := f.all("stop -t 0 one", "stop one", "stop -t 0 one", "stop -t 1 one")
		if len(winners(attempts)) != 4 {
			f.fail(attempts, "a stop did not succeed")
		}
		f.is("one", "exited")
	}},
	{"wait many times", func(f *field) {
		f.runs()
		attempts := f.all("wait one", "kill one", "wait one", "wait one")
		for _, p := range attempts {
			if strings.HasPrefix(p.words, "wait") && p.output() != "137" {
				f.fail(attempts, "a wait did not tell the exit status 137")
			}
		}
	}},
	{"everything but removal", func(f *field) {
		f.either()
		f.all(f.some(7, "start one", "start one", "stop -t 0 one", "kill one", "kill -s TERM one", "exec one true", "exec one true",
			"commit one raced", "export -o /dev/null one", "inspect one", "logs one", "ps")...)
		f.consistent("one")
	}},
	{"everything", func(f *field) {
		f.either()
		attempts := f.all(append(f.some(6, "start one", "stop -t 0 one", "kill one", "exec one true", "exec -d one top", "commit one raced",
			"export -o /dev/null one", "attach one", "rm one", "inspect one", "ps"), "rm -f one")...)
		if attempts[6].await() != 0 && !strings.Contains(attempts[6].String(), "no such container") {
			f.fail(attempts, "rm -f did not succeed")
		}
		f.isGone("one")
	}},
	{"a container that goes with its run", func(f *field) {
		f.do("run", "-d", "--rm", "--name", "one", "busybox", "sh", "-c", "echo 1 >/one; echo 2 >/two; exec top")
		f.all(append(f.some(5, "kill one", "stop -t 0 one", "exec one true", "exec one top", "commit one raced", "export -o /dev/null one", "wait one",
			"attach one"), "rm -f one")...)
		f.isGone("one")
	}},
	{"a container that ends by itself", func(f *field) {
		f.do("run", "-d", "--name", "one", "busybox", "usleep", "3000")
		f.all(f.some(6, "start one", "start one", "stop one", "exec one true", "wait one", "attach one", "rm one", "commit one raced", "export -o /dev/null one")...)
	}},
	{"starting while others come", func(f *field) {
		run := f.begin("run", "-d", "--name", "one", "busybox", "top")
		f.breathe()
		f.all(f.some(5, "stop -t 0 one", "kill one", "exec one true", "exec one true", "rm -f one", "start one", "inspect one")...)
		if run.await() == 0 {
			f.consistent(run.output())
		}
	}},
	{"commands that are killed", func(f *field) {
		f.either()
		var victims []*attempt
		for _, words := range f.some(7, "start one", "start one", "stop -t 0 one", "kill one", "exec one true", "exec one top", "rm one", "rm -f one",
			"commit one raced", "export -o /dev/null one", "attach one", "wait one") {
			victims = append(victims, f.begin(strings.Fields(words)...))
			f.breathe()
		}
		time.Sleep(time.Duration(f.random.IntN(20)) * time.Millisecond)
		for _, p := range victims {
			p.command.Process.Signal(unix.SIGKILL)
			f.breathe()
		}
		for _, p := range victims {
			p.await()
		}
	}},
}

// stopped has a container one that has ended.
func (f *field) stopped() {
	f.do("run", "-d", "--name", "one", "busybox", "sh", "-c", "test -e /ran && exec top; touch /ran")
	f.do("wait", "one")
}

// runs has a container one that runs.
func (f *field) runs() {
	f.do("run", "-d", "--name", "one", "busybox", "top")
}

func (f *field) either() {
	if f.random.IntN(2) == 0 {
		f.stopped()
	} else {
		f.runs()
	}
}

// is wants a container to be in a state.
func (f *field) is(name, state string) {
	f.t.Helper()
	if got := f.do("inspect", "--format", "{{.State.Status}}", name); !strings.HasPrefix(got, state) {
		f.t.Fatalf("%s: container %q is %s, want %s", f.round, name, got, state)
	}
}

func (f *field) isGone(name string) {
	f.t.Helper()
	if p := f.begin("inspect", name); p.await() == 0 {
		f.t.Fatalf("%s: container %q is still there: %s", f.round, name, p)
	}
}

// consistent wants a container that is there to run or not to run, and to say
// which, once what it was told has come about.
func (f *field) consistent(name string) {
	f.t.Helper()
	err := patience.Wait(patience.Usual(), func() error {
		p := f.begin("inspect", "--format", "{{.State.Status}}", name)
		if p.await() != 0 {
			return nil
		}
		runs := f.begin("exec", name, "true").await() == 0
		if says := p.output() == "running"; says != runs {
			return fmt.Errorf("it is said to be %q, and a program in it ran: %v", p.output(), runs)
		}
		return nil
	})
	if err != nil {
		f.t.Fatalf("%s: container %q: %v", f.round, name, err)
	}
}
