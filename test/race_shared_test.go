package test

import (
	"slices"
	"strings"
)

var sharedRaces = []contest{
	{"one name for many", func(f *field) {
		f.oneWins("run -d --name one busybox top", "run -d --name one busybox true", "run -d --name one busybox top",
			"run -d --name one busybox top")
	}},
	{"one network many times", func(f *field) {
		f.oneWins("network create net0", "network create net0", "network create --subnet 10.20.0.1/24 net0", "network create net0")
	}},
	{"overlapping subnets", func(f *field) {
		f.oneWins("network create --subnet 10.20.0.1/24 net0", "network create --subnet 10.20.0.1/16 net1",
			"network create --subnet 10.20.0.128/25 net2", "network create --subnet 10.20.0.1/24 net3")
	}},
	{"subnets of mydocker's choice", func(f *field) {
		attempts := f.all("network create net0", "network create net1", "network create net2", "network create net3")
		subnets := strings.Fields(f.do("network", "ls", "--format", "{{.Subnet}}"))
		slices.Sort(subnets)
		if len(winners(attempts)) != 4 || len(slices.Compact(subnets)) != 4 {
			f.fail(attempts, "four networks have the subnets %v", subnets)
		}
	}},
	{"remove a network many times", func(f *field) {
		f.do("network", "create", "net0")
		f.oneWins("network rm net0", "network rm net0", "network rm net0")
	}},
	{"remove a network or use it", func(f *field) {
		f.do("network", "create", "net0")
		won := f.oneWins("network rm net0", "run -d -net net0 busybox top")
		if strings.HasPrefix(won.words, "run") {
			f.do("exec", won.output(), "ip", "route", "get", "172.20.0.1")
		}
	}},
	{"remove a network or start what is on it", func(f *field) {
		f.do("network", "create", "net0")
		f.do("run", "-d", "-net", "net0", "--name", "one", "busybox", "sh", "-c", "test -e /ran && exec top; touch /ran")
		f.do("wait", "one")
		f.oneWins("network rm net0", "start one")
	}},
	{"create and remove a network", func(f *field) {
		f.all(f.some(6, "network create net0", "network create net0", "network rm net0", "run -net net0 busybox true", "network ls",
			"network inspect net0")...)
	}},
	{"one port for many", func(f *field) {
		f.do("network", "create", "net0")
		f.oneWins("run -d -net net0 -p 8080:80 busybox top", "run -d -net net0 -p 8080:80 busybox top",
			"run -d -net net0 -p 127.0.0.1:8080:80 busybox top")
	}},
	{"several ports in any order", func(f *field) {
		f.do("network", "create", "net0")
		f.oneWins("run -d -net net0 -p 8081:80 -p 8082:80 -p 8083:80 busybox top", "run -d -net net0 -p 8083:80 -p 8082:80 busybox top",
			"run -d -net net0 -p 8083:80 -p 8081:80 busybox top")
	}},
	{"remove an image or use it", func(f *field) {
		f.importOther()
		won := f.oneWins("rmi other", "run -d other top")
		if strings.HasPrefix(won.words, "run") {
			f.do("exec", won.output(), "true")
		}
	}},
	{"remove an image many times", func(f *field) {
		f.importOther()
		f.oneWins("rmi other", "rmi other", "rmi other")
	}},
	{"replace an image while it is used", func(f *field) {
		f.importOther()
		file := f.Root() + "/image/busybox.tar"
		f.allWin("image import "+file+" other", "run -d other top", "image import "+file+" other", "run other true", "run -d other true",
			"images")
	}},
	{"commit many times", func(f *field) {
		f.runs()
		f.importOther()
		f.allWin("commit one other", "commit one other", "commit one another", "run -d other true", "run other true")
	}},
}

func (f *field) importOther() {
	f.do("image", "import", f.Root()+"/image/busybox.tar", "other")
}

// allWin wants all commands to succeed.
func (f *field) allWin(commands ...string) {
	f.t.Helper()
	attempts := f.all(commands...)
	if won := winners(attempts); len(won) != len(commands) {
		f.fail(attempts, "%d of %d commands succeeded", len(won), len(commands))
	}
}
