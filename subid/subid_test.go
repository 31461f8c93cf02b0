package subid

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mydocker/resource"
)

// newPool gives a pool whose files list what the arguments say.
func newPool(t testing.TB, users, groups string) Pool {
	t.Helper()
	directory := t.TempDir()
	source := Source{Users: filepath.Join(directory, "subuid"), Groups: filepath.Join(directory, "subgid")}
	for path, content := range map[string]string{source.Users: users, source.Groups: groups} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return Pool{Directory: filepath.Join(directory, "sub ids"), Source: source}
}

func choose(t testing.TB, pool Pool, size uint32, owner string) *Range {
	t.Helper()
	chosen, err := pool.Choose(size, owner)
	if err != nil {
		t.Fatal(err)
	}
	return chosen
}

func TestRangesNeverOverlap(t *testing.T) {
	pool := newPool(t, "containers:500000:100000\nbob:1:2\ncontainers:700000:7000\n", "containers:500000:300000\n")
	var taken []span
	sizes := []uint32{65536, 1024, 10000, 1024, 3000, 2000}
	for i, size := range sizes {
		chosen := choose(t, pool, size, fmt.Sprint(i))
		if !isFree(chosen.span(), taken) {
			t.Errorf("%s overlaps one of %v", chosen, taken)
		}
		if inside := chosen.span().common(span{500000, 100000}).size + chosen.span().common(span{700000, 7000}).size; inside != size {
			t.Errorf("%s is not what the files list", chosen)
		}
		if err := chosen.Create(); err != nil {
			t.Fatal(err)
		}
		taken = append(taken, chosen.span())
	}
	_, err := pool.Choose(65536, "one more")
	if err == nil || !strings.Contains(err.Error(), `choosing IDs: no 65536 in a row are free`) {
		t.Errorf("with everything taken: %v", err)
	}
}

// All places of a source are handed out, wherever the search begins.
func TestEveryPlaceIsFound(t *testing.T) {
	pool := newPool(t, "containers:500000:4096\ncontainers:600000:2048", "containers:500000:4096\ncontainers:600000:2048")
	for i := range 6 {
		if err := choose(t, pool, 1024, fmt.Sprint(i)).Create(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pool.Choose(1024, "seventh"); err == nil {
		t.Error("six places hold seven ranges")
	}
}

func TestSources(t *testing.T) {
	for _, test := range []struct {
		name, users, groups, want string
	}{
		{"nothing", "", "", "[1879048192-2147352575]"},
		{"others only", "bob:100000:65536\n", "bob:100000:65536\n", "[1879048192-2147352575]"},
		{"the same", "containers:100000:65536", "containers:100000:65536", "[100000-165535]"},
		{"what both have", "containers:100000:65536", "containers:150000:65536", "[150000-165535]"},
		{"none in both", "containers:100000:10", "containers:200000:10", "list none"},
		{"users only", "containers:100000:10", "", "list none"},
		{"no number", "containers:a:10", "", `line "containers:a:10": FIRST and SIZE must be numbers`},
		{"too many", "containers:4294967294:2", "", "all IDs below 4294967295"},
		{"too few words", "containers:1", "", "must be NAME:FIRST:SIZE"},
	} {
		got, err := newPool(t, test.users, test.groups).Source.spans()
		if text := fmt.Sprint(got); text != test.want && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: got %s, %v, want %s", test.name, text, err, test.want)
		}
	}
	missing := Source{Users: "/nonexistent", Groups: "/nonexistent"}
	if got, err := missing.spans(); err != nil || len(got) != 1 {
		t.Errorf("without files: got %v, %v", got, err)
	}
}

// What another program has mapped is not handed out, whichever files it took
// it from.
func TestIDsThatProcessesUse(t *testing.T) {
	mapped := parseMap([]byte("         0     100000      65536\n     70000       1000          1\n"))
	if fmt.Sprint(mapped) != "[100000-165535 1000-1000]" {
		t.Errorf("got %v", mapped)
	}
	for _, text := range []string{"         0          0 4294967295\n", "", "garbage\n", "0 -1 5\n"} {
		if got := parseMap([]byte(text)); got != nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	user := exec.Command("unshare", "--user", "sleep", "1000")
	if err := user.Start(); err != nil {
		t.Fatal(err)
	}
	defer user.Wait()
	defer user.Process.Kill()
	mapping := fmt.Sprintf("/proc/%d/uid_map", user.Process.Pid)
	for {
		if own, err := os.Readlink(fmt.Sprintf("/proc/%d/ns/user", user.Process.Pid)); err != nil || own != readlink(t, "/proc/self/ns/user") {
			break
		}
	}
	if err := os.WriteFile(mapping, []byte("0 910000 1024"), 0); err != nil {
		t.Fatal(err)
	}
	pool := newPool(t, "containers:910000:2048", "containers:910000:2048")
	for owner := range 10 {
		if chosen := choose(t, pool, 1024, fmt.Sprint(owner)); chosen.First != 911024 {
			t.Errorf("got %s, of which a process has some", chosen)
		}
	}
}

func readlink(t testing.TB, path string) string {
	t.Helper()
	target, err := os.Readlink(path)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func TestRangeVerbs(t *testing.T) {
	directory := filepath.Join(t.TempDir(), "sub ids")
	ours := &Range{Directory: directory, First: 100000, Size: 65536, Owner: "1891821312"}
	theirs := &Range{Directory: directory, First: 100000, Size: 65536, Owner: "3994300986"}
	check(t, ours, resource.Absent)
	for range 2 {
		if err := ours.Create(); err != nil {
			t.Fatal(err)
		}
		check(t, ours, resource.Present)
	}
	var foreign *resource.ForeignError
	if err := theirs.Create(); !errors.As(err, &foreign) || !strings.Contains(err.Error(), `IDs "100000-165535" exists and belongs to container 1891821312`) {
		t.Errorf("a range that is taken: %v", err)
	}
	check(t, theirs, resource.Altered)
	for range 2 {
		if err := theirs.Remove(); err != nil {
			t.Fatal(err)
		}
	}
	check(t, ours, resource.Present)
	for range 2 {
		if err := ours.Remove(); err != nil {
			t.Fatal(err)
		}
		check(t, ours, resource.Absent)
	}
}

func TestExplanationsDoTheSame(t *testing.T) {
	ours := &Range{Directory: filepath.Join(t.TempDir(), "sub ids"), First: 100000, Size: 65536, Owner: "1891821312"}
	steps := ours.Explain()
	bash(t, steps.Create)
	check(t, ours, resource.Present)
	bash(t, steps.Remove)
	check(t, ours, resource.Absent)
}

func bash(t *testing.T, lines []string) {
	t.Helper()
	if output, err := exec.Command("bash", "-euxc", strings.Join(lines, "\n")).CombinedOutput(); err != nil {
		t.Fatalf("%v:\n%s", err, output)
	}
}

func check(t *testing.T, r resource.Resource, want resource.State) {
	t.Helper()
	if status, err := r.Check(); err != nil || status.State != want {
		t.Errorf("got %v, %v, want %s", status, err, want)
	}
}

func TestSpans(t *testing.T) {
	for _, text := range []string{"", "1", "1-", "-1", "2-1", "a-b", "1-4294967296", "last"} {
		if got, ok := parseSpan(text); ok {
			t.Errorf("%q: got %v", text, got)
		}
	}
	if got, ok := parseSpan("100000-165535"); !ok || got != (span{100000, 65536}) {
		t.Errorf("got %v", got)
	}
}

func BenchmarkChoose(b *testing.B) {
	pool := newPool(b, "", "")
	for b.Loop() {
		choose(b, pool, 65536, "1891821312")
	}
}
