package architecture

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

const moduleName = "mydocker"

// floors are the rooms of the house, from the top down. A package may import
// what lies on a lower floor than its own; rooms of one floor do not see each
// other.
var floors = [][]string{
	{"test", "bench"},
	{""}, // main
	{"command"},
	{"engine"},
	{"container", "network", "image", "overlay", "subid", "attach", "flags", "logs", "host"},
	{"cgroups", "state"},
	{"resource"},
	{"internal"},
}

// wiring are the packages below a parent that bring its children together;
// they alone may import their siblings and be imported by nobody below.
var wiring = []string{"mydocker/cgroups/manager"}

// facades are the rooms whose parent is what others call, and whose children
// are its tools: there the children know nothing of the parent.
var facades = []string{"container", "image", "bench"}

// An edge is one import, both ends as package paths.
type edge struct{ from, to string }

// objection says what is wrong with an import, and nothing when it is fine.
func (e edge) objection() string {
	from, to := room(e.from), room(e.to)
	if from == to {
		return e.withinRoom()
	}
	above, below := floor(from), floor(to)
	switch {
	case above < 0:
		return "room " + from + " has no floor; add it to the table of floors"
	case below < 0:
		return "room " + to + " has no floor; add it to the table of floors"
	case above == below:
		return from + " and " + to + " lie on one floor and never import each other"
	case above > below:
		return "the import points up"
	}
	return ""
}

// withinRoom judges an import between a room's own packages: the parent holds
// the words and its children implement them, or the parent is a facade and its
// children are its tools.
func (e edge) withinRoom() string {
	if slices.Contains(facades, room(e.from)) {
		if e.to == moduleName+"/"+room(e.to) {
			return "a tool does not import its facade"
		}
		return ""
	}
	if room(e.from) == "internal" || slices.Contains(wiring, e.from) {
		return ""
	}
	if strings.HasPrefix(e.to, e.from+"/") {
		return "a parent does not import its children"
	}
	return ""
}

// room is the first directory of a package's path; main's is empty.
func room(path string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(path, moduleName), "/"), "/")
	return first
}

func floor(room string) int {
	return slices.IndexFunc(floors, func(rooms []string) bool { return slices.Contains(rooms, room) })
}

func TestObjection(t *testing.T) {
	for _, test := range []struct {
		from, to string
		refused  bool
	}{
		{"mydocker", "mydocker/command", false},
		{"mydocker", "mydocker/engine", false},
		{"mydocker/command", "mydocker/engine", false},
		{"mydocker/engine", "mydocker/container", false},
		{"mydocker/network/firewall", "mydocker/network", false},
		{"mydocker/network", "mydocker/state", false},
		{"mydocker/cgroups", "mydocker/resource", false},
		{"mydocker/cgroups/manager", "mydocker/cgroups/fs", false},
		{"mydocker/internal/snapshot", "mydocker/internal/netns", false},
		{"mydocker/resource", "mydocker/internal/failpoint", false},
		{"mydocker/test/leakcheck", "mydocker/internal/snapshot", false},
		{"mydocker/container", "mydocker/container/rootfs", false},
		{"mydocker/image", "mydocker/image/layer", false},

		{"mydocker/command", "mydocker", true},
		{"mydocker/engine", "mydocker/command", true},
		{"mydocker/container", "mydocker/engine", true},
		{"mydocker/container", "mydocker/network", true},
		{"mydocker/network/ipam", "mydocker/image", true},
		{"mydocker/overlay", "mydocker/image", true},
		{"mydocker/cgroups", "mydocker/state", true},
		{"mydocker/state", "mydocker/network", true},
		{"mydocker/resource", "mydocker/state", true},
		{"mydocker/internal/snapshot", "mydocker/resource", true},
		{"mydocker/cgroups", "mydocker/cgroups/fs", true},
		{"mydocker/network", "mydocker/network/firewall", true},
		{"mydocker/container/rootfs", "mydocker/container", true},
		{"mydocker/engine", "mydocker/test", true},
		{"mydocker/engine", "mydocker/utils", true},
	} {
		objection := edge{test.from, test.to}.objection()
		if refused := objection != ""; refused != test.refused {
			t.Errorf("%s imports %s: got objection %q, want one: %v", test.from, test.to, objection, test.refused)
		}
	}
}

func TestReadEdgesFindsAnImportUnderAnyBuildTag(t *testing.T) {
	module := fstest.MapFS{
		"state/file.go":         {Data: []byte("//go:build failpoints\n\npackage state\n\nimport (\n\t\"os\"\n\t_ \"mydocker/engine\"\n)\n")},
		"state/file_test.go":    {Data: []byte("package state\n\nimport _ \"mydocker/command\"\n")},
		"state/testdata/bad.go": {Data: []byte("package bad\n\nimport _ \"mydocker/command\"\n")},
		"main.go":               {Data: []byte("package main\n\nimport _ \"mydocker/command\"\n")},
	}
	edges, err := readEdges(module)
	if err != nil {
		t.Fatal(err)
	}
	want := []edge{{"mydocker", "mydocker/command"}, {"mydocker/state", "mydocker/engine"}}
	if !slices.Equal(edges, want) {
		t.Errorf("got %v, want %v", edges, want)
	}
}
