package test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mydocker/test/patience"
)

// raceRounds is how many rounds TestRaces runs. MYDOCKER_TEST_ROUNDS is another
// number, MYDOCKER_TEST_CONTEST the place of a contest that is to be the only
// one, and MYDOCKER_TEST_SEED repeats the same rounds.
const raceRounds = 1000

// raceFields is how many arenas run rounds at the same time.
const raceFields = 4

// TestRaces has many processes work on one container at the same time: where
// only one can win, exactly one does; the others say in words why they lost;
// nobody hangs, and when all is removed the host is as it was.
func TestRaces(t *testing.T) {
	race(t, "container", raceRounds, containerRaces)
}

// TestRacesBeside does the same for names, networks, ports and images.
func TestRacesBeside(t *testing.T) {
	race(t, "name, network, port and image", raceRounds/4, sharedRaces)
}

// A contest is one kind of round. It leaves whatever it likes.
type contest struct {
	name string
	run  func(*field)
}

// field is the arena of some of the rounds.
type field struct {
	*arena
	random *rand.Rand
	round  string // for messages
	played int    // rounds
}

func race(t *testing.T, what string, rounds int, contests []contest) {
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	if patience.For(time.Second) > time.Second {
		rounds /= 50
	}
	rounds = setting("MYDOCKER_TEST_ROUNDS", rounds)
	seed := setting("MYDOCKER_TEST_SEED", int(time.Now().UnixNano()))
	var next, clean atomic.Int64
	began := time.Now()
	t.Run("fields", func(t *testing.T) {
		for range raceFields {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				f := &field{arena: newArena(t)}
				f.settle()
				for number := next.Add(1); number <= int64(rounds) && !t.Failed(); number = next.Add(1) {
					f.random = rand.New(rand.NewPCG(uint64(seed), uint64(number)))
					f.play(number, contests[setting("MYDOCKER_TEST_CONTEST", int(number)%len(contests))])
					if !t.Failed() {
						clean.Add(1)
					}
				}
				f.compare()
			})
		}
	})
	fmt.Printf("%d %s rounds, %d clean, in %v (MYDOCKER_TEST_SEED=%d)\n",
		rounds, what, clean.Load(), time.Since(began).Round(time.Second), seed)
}

func setting(variable string, usual int) int {
	if number, err := strconv.Atoi(os.Getenv(variable)); err == nil {
		return number
	}
	return usual
}

// settle unpacks the image and keeps what the host is like between rounds.
func (f *field) settle() {
	f.do("run", "busybox", "true")
	f.remember("quiet")
}

// play plays one round, and then has everything removed.
func (f *field) play(number int64, c contest) {
	f.round = fmt.Sprintf("round %d (%s)", number, c.name)
	c.run(f)
	f.removeAll()
	if f.played++; f.played%roundsPerLook == 0 {
		f.compare()
	}
}

// roundsPerLook is how many rounds a field plays between two looks at all of
// its host, which take longer than a round.
const roundsPerLook = 5

// compare wants the host to be as it was between the rounds.
func (f *field) compare() {
	if change := f.changed("quiet"); change != "" {
		f.t.Errorf("%s, or one of the %d before it here, left the host changed:\n%s", f.round, roundsPerLook-1, change)
	}
}

// removeAll removes all that is there, by force, as a user would. What is
// going already may be gone first. The first command puts in order what killed
// ones have left, wherever it is.
func (f *field) removeAll() {
	f.begin("rm", "nothing").await()
	for _, id := range strings.Fields(f.do("ps", "-q", "--no-trunc")) {
		if p := f.begin("rm", "-f", id); p.await() != 0 && !clear(p, 1) {
			f.t.Fatalf("%s: %s", f.round, p)
		}
	}
	for _, name := range strings.Fields(f.do("network", "ls", "-q")) {
		f.do("network", "rm", name)
	}
}

// all begins commands in a random order, with random pauses between them, and
// gives them once all have ended. Each must have ended well or lost clearly.
func (f *field) all(commands ...string) []*attempt {
	f.t.Helper()
	attempts := make([]*attempt, len(commands))
	for _, i := range f.random.Perm(len(commands)) {
		attempts[i] = f.begin(strings.Fields(commands[i])...)
		f.breathe()
	}
	for _, p := range attempts {
		if status := p.await(); !clear(p, status) {
			f.fail(attempts, "%q ended with status %d and says not why", p.words, status)
		}
	}
	return attempts
}

// breathe waits for up to 8 ms, or not at all.
func (f *field) breathe() {
	if f.random.IntN(2) == 0 {
		time.Sleep(time.Duration(f.random.IntN(8000)) * time.Microsecond)
	}
}

// some picks commands, each perhaps more than once.
func (f *field) some(count int, from ...string) []string {
	var picked []string
	for range count {
		picked = append(picked, from[f.random.IntN(len(from))])
	}
	return picked
}

func (f *field) fail(attempts []*attempt, format string, arguments ...any) {
	f.t.Helper()
	var told strings.Builder
	for _, p := range attempts {
		p.await()
		told.WriteString(p.String())
	}
	f.t.Fatalf("%s: %s\n%s", f.round, fmt.Sprintf(format, arguments...), told.String())
}

// winners gives the commands that succeeded.
func winners(attempts []*attempt) []*attempt {
	var won []*attempt
	for _, p := range attempts {
		if p.await() == 0 {
			won = append(won, p)
		}
	}
	return won
}

// oneWins wants exactly one of the commands to succeed.
func (f *field) oneWins(commands ...string) *attempt {
	f.t.Helper()
	attempts := f.all(commands...)
	won := winners(attempts)
	if len(won) != 1 {
		f.fail(attempts, "%d commands succeeded, want 1", len(won))
	}
	return won[0]
}

// clear tells whether a command ended well, or says why it could not.
func clear(p *attempt, status int) bool {
	verb, _, _ := strings.Cut(p.words, " ")
	reason, known := reasons[verb]
	said := p.stderr.String()
	switch {
	case status == 0:
		return said == ""
	case verb == "exec" && (status == 137 || status == 143), verb == "attach" && status > 128:
		return said == "" // the program's own end
	case status != 1 && status != 125:
		return false
	}
	return known && reason.MatchString(said)
}

// reasons are what a command that loses a race may say, all of it.
var reasons = map[string]*regexp.Regexp{
	"start": saying(noContainer, `starting container "\w+": it is (starting already|running already|being removed)`, noNetwork,
		`starting the container: its init ended with status 137 before the program began.*`),
	"stop":    saying(noContainer),
	"kill":    saying(noContainer, notRunning("killing")),
	"exec":    saying(noContainer, notRunning("running a program in")),
	"attach":  saying(noContainer, notRunning("attaching to")),
	"wait":    saying(noContainer),
	"commit":  saying(noContainer, `waiting for those who copy or export .*; try again when they are through`),
	"export":  saying(noContainer, `opening container "\w+": it (is (starting|removing); try again|has just ended)`),
	"logs":    saying(noContainer),
	"inspect": saying(`inspecting "\w+": there is no container, network or image of that name`),
	"run":     saying(`creating name "one": container \d+ has that name; .*`, noNetwork, noImage, `publishing port [0-9.:]+: (taken by container "\w+"|taken by another container that mydocker \(pid \d+\) runs or starts|in use by another program); .*`),
	"network": saying(`creating network "\w+": it exists; .*`, `choosing subnet [0-9./]+: it overlaps with network "\w+" .*`, `removing network "\w+": in use by .*`, noNetwork),
	"rmi":     saying(noImage, `removing image "\w+:latest": .* use.*`),
	"rm":      saying(noContainer, `removing container "\w+": it is (starting|running); stop it first .*`),
}

const noContainer = `finding container "\w+": no such container; "mydocker ps" lists them`

const noNetwork = `finding network "net0": no such network; .*`

const noImage = `finding image "other": no such image.*`

func notRunning(doing string) string {
	return doing + ` container "\w+": it (is not running but exited \(\d+\); start it with "mydocker start \w+"|is being removed|has just ended)`
}

func saying(texts ...string) *regexp.Regexp {
	return regexp.MustCompile(`^mydocker: (` + strings.Join(texts, "|") + `)\n$`)
}
