package main

import (
	"slices"
	"strings"
)

// A scenario is a command that is interrupted, with what it takes.
type scenario struct {
	name string

	// furnish makes what many runs of the command share; strip takes it back.
	furnish, strip []string

	// prepare makes what one run needs; clear takes that back and what the
	// command has made.
	prepare, clear []string

	command string

	// works are commands that succeed when the command has done what it is
	// for, and address is where a port answers then.
	works   []string
	address string

	// undo is what has to be done before the command can be repeated, where
	// it cannot at once: by the world in which it is to be repeated.
	undo map[string][]string

	// removes says that the command takes things away. Where that fails, what
	// is gone is gone, and the next command goes on.
	removes bool

	// unpacks says that the command unpacks an image on its way. Where it fails
	// after that, the image stays unpacked.
	unpacks bool
}

const (
	subnet  = "10.77.0.0/24"
	server  = "nc -ll -p 80 -e echo hello"
	address = "192.0.2.1:8080"

	// listens waits for the server, which begins to listen some time after its
	// container runs. Whoever asks it after that is answered at once.
	listens = "!until $MYDOCKER exec box grep -q :0050 /proc/net/tcp /proc/net/tcp6; do sleep 0.02; done"
)

// scenarios are all that the matrix does.
func scenarios() []scenario {
	return slices.Concat(runs(), lives(), networks(), images())
}

// runs are `run` in the foreground, whose container goes with it, and detached,
// each with nothing and with whatever a container can have.
func runs() []scenario {
	const everything = "-net testnet -p 8080:80 -v /tmp:/mnt -m 64m --cpu-shares 512 --pids-limit 50 --init"
	all := []scenario{kept(everything)}
	for _, with := range []struct{ name, flags string }{
		{"bare", ""},
		{"network", "-net testnet"},
		{"port", "-net testnet -p 8080:80"},
		{"volume", "-v /tmp:/mnt"},
		{"limits", "-m 64m --cpu-shares 512 --pids-limit 50"},
		{"everything", everything},
	} {
		all = append(all, foreground(with.name, with.flags), detached(with.name, with.flags))
	}
	return all
}

func onNetwork(s scenario) scenario {
	if strings.Contains(s.command+strings.Join(s.prepare, " "), "testnet") {
		s.furnish = append([]string{"network create --subnet " + subnet + " testnet"}, s.furnish...)
		s.strip = append(s.strip, "network remove testnet")
	}
	return s
}

var boxGoes = []string{"rm -f box"}

func foreground(name, flags string) scenario {
	return onNetwork(scenario{name: "run, " + name, command: "run --name box " + flags + " busybox echo hello"})
}

func kept(flags string) scenario {
	return onNetwork(scenario{
		name: "run --rm=false, everything", command: "run --rm=false --name box " + flags + " busybox echo hello",
		works: []string{"logs box"}, clear: boxGoes, undo: map[string][]string{"after": boxGoes},
	})
}

func detached(name, flags string) scenario {
	s := scenario{
		name: "run -d, " + name, command: "run -d --name box " + flags + " busybox " + server,
		works: []string{"exec box true"}, clear: boxGoes,
		undo: map[string][]string{"after": boxGoes, "after, bereft": boxGoes},
	}
	if strings.Contains(flags, "-p ") {
		s.address = address
		s.works = append(s.works, listens)
	}
	return onNetwork(s)
}

// lives are the commands for a container that is there.
func lives() []scenario {
	box := []string{"run -d --name box -net testnet -p 8080:80 -m 64m busybox top"}
	ended := []string{box[0], "stop box"}
	revive := map[string][]string{"before, bereft": {"start box"}, "after, bereft": {"start box"}}
	all := []scenario{
		{name: "exec", command: "exec box true", prepare: box, clear: boxGoes, undo: revive},
		{name: "exec -d", command: "exec -d box sleep 1000", prepare: box, clear: boxGoes, works: []string{"exec box pidof sleep"}, undo: revive},
		{name: "stop", command: "stop box", prepare: box, clear: boxGoes, works: []string{"start box"}, removes: true},
		{name: "start", command: "start box", prepare: ended, clear: boxGoes, works: []string{"exec box true"}, undo: map[string][]string{"after": {"stop box"}}},
		{name: "start -a", command: "start -a box", prepare: []string{"run --rm=false --name box -net testnet busybox echo hello"}, clear: boxGoes, works: []string{"logs box"}},
		{name: "rm -f", command: "rm -f box", prepare: box, clear: boxGoes, undo: map[string][]string{"after": box}, removes: true},
		{name: "rm", command: "rm box", prepare: ended, clear: boxGoes, undo: map[string][]string{"after": ended}, removes: true},
		{name: "commit", command: "commit box made", prepare: append(box, "exec box touch /tmp/made"), clear: []string{"rm -f box", "rmi made"}, works: []string{"run --rm made test -e /tmp/made"}},
	}
	for i := range all {
		all[i] = onNetwork(all[i])
	}
	return all
}

func networks() []scenario {
	create := "network create --subnet " + subnet + " testnet"
	return []scenario{
		{name: "network create", command: create, clear: []string{"network remove testnet"},
			works: []string{"run --rm -net testnet busybox true"}, undo: map[string][]string{"after": {"network remove testnet"}}},
		{name: "network remove", command: "network remove testnet", prepare: []string{create},
			clear: []string{"network remove testnet"}, undo: map[string][]string{"after": {create}}, removes: true},
	}
}

func images() []scenario {
	const made = "image import $IMAGE made"
	madeGoes := []string{"rmi made"}
	return []scenario{
		{name: "image import", command: made, clear: madeGoes, works: []string{"run --rm made true"}},
		{name: "image import, again", command: made, prepare: []string{made}, clear: madeGoes, works: []string{"run --rm made true"}},
		{name: "image remove", command: "rmi made", prepare: []string{made}, clear: madeGoes, undo: map[string][]string{"after": {made}}, removes: true},
		{name: "run, dropped archive", command: "run --rm dropped true", prepare: []string{"!cp $IMAGE $STORE/dropped.tar"}, clear: []string{"rmi dropped"}, unpacks: true},
	}
}
