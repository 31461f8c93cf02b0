package engine

import (
	"fmt"
	"strings"

	"mydocker/internal/shell"
)

// script is the shell lines of an explanation in the making. All that is made
// or removed comes from the sets of resources that the engine itself works
// through.
type script []string

func (s *script) add(lines ...string) { *s = append(*s, lines...) }

// title begins a part with a comment.
func (s *script) title(format string, values ...any) {
	s.add("", "# "+fmt.Sprintf(format, values...))
}

// say adds lines that are to be read and not to be run.
func (s *script) say(lines ...string) { s.add(shell.Comment(lines)...) }

// explainStarted gives the start time of a process, which with its pid names it
// for good (field 22 of proc_pid_stat(5)).
const explainStarted = `started() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f 20; }`

// explainAlive tells whether a pid still belongs to the process that was
// started then.
const explainAlive = `alive() { [ "$(started "$1" 2>/dev/null)" = "$2" ]; }`

// explainPause is how an explained loop rests.
const explainPause = "sleep 0.1"

// explainWait waits until the container's owner has cleaned up.
func (e *Engine) explainWait(id string) string {
	return fmt.Sprintf("while [ -e %s ]; do %s; done", shell.Quote(e.Layout.LiveContainer(id)), explainPause)
}

// explainLive gives the lines that write a live record, with shell variables
// for the owner and, when it is there, the program.
func (e *Engine) explainLive(record *Record, programToo bool) []string {
	const owner, program, number = -1, -2, 1 // their places in the JSON
	live := Live{Version: liveVersion, BootID: "$(cat /proc/sys/kernel/random/boot_id)", Work: Running, Owner: Reference{PID: owner, Start: number}, Since: record.Started}
	if programToo {
		live.Program = Reference{PID: program, Start: number}
	}
	place := func(pid int) string { return fmt.Sprintf(`{"pid":%d,"start":%d}`, pid, number) }
	named := func(pid string) string { return fmt.Sprintf(`{"pid":%s,"start":$(started %s)}`, pid, pid) }
	text := strings.NewReplacer(place(owner), named("$OWNER"), place(program), named("$PID")).Replace(compactJSON(&live))
	path := shell.Quote(e.livePath(record.ID))
	return []string{
		fmt.Sprintf("install -m 600 /dev/fd/0 %s.new <<END", path), text, "END",
		fmt.Sprintf("mv %s.new %s", path, path),
	}
}
