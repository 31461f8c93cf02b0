package gate

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"

	"mydocker/bench/program"
	"mydocker/bench/rows"
)

// counts is what one command and all that it starts have done.
type counts struct {
	calls     float64 // system calls, but for the scheduler's
	processes float64 // the command itself included
	threads   float64 // beside each process's first
}

type command func(name string) *exec.Cmd

// countMedian counts several times and gives the medians: Go starts threads as
// the moment suggests.
func countMedian(run command, trace string) (counts, error) {
	const times = 7
	var calls, processes, threads []float64
	for range times {
		c, err := count(run("gate"), trace)
		if err != nil {
			return c, err
		}
		calls, processes, threads = append(calls, c.calls), append(processes, c.processes), append(threads, c.threads)
	}
	return counts{median(calls), median(processes), median(threads)}, nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// count runs a command under strace, which follows whatever it starts, on two
// processors: with more, Go starts more threads.
func count(command *exec.Cmd, trace string) (counts, error) {
	traced := exec.Command("strace", append([]string{
		"--follow-forks", "--quiet=all", "--signal=none", "--output=" + trace, "--", command.Path,
	}, command.Args[1:]...)...)
	traced.Env = command.Env
	if err := program.Do(rows.OnTwo(traced)); err != nil {
		return counts{}, err
	}
	file, err := os.Open(trace)
	if err != nil {
		return counts{}, err
	}
	defer file.Close()
	return countLines(file)
}

// scheduling are the calls that Go's scheduler makes as often as the machine's
// pace lets it. Their number says nothing about the program.
var scheduling = []string{
	"futex", "nanosleep", "clock_nanosleep", "sched_yield", "epoll_pwait", "tgkill", "getpid", "gettid", "rt_sigreturn", "restart_syscall", "madvise",
}

// countLines reads strace's output: a pid, and a call with its arguments. A
// call that another process's line interrupts has a second line, which goes on
// with "<...".
func countLines(trace io.Reader) (counts, error) {
	c := counts{processes: 1}
	lines := bufio.NewScanner(trace)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		_, line, _ := strings.Cut(lines.Text(), " ")
		line = strings.TrimSpace(line)
		name, arguments, isCall := strings.Cut(line, "(")
		if !isCall || strings.HasPrefix(line, "<...") || strings.HasPrefix(line, "+++") || slices.Contains(scheduling, name) {
			continue
		}
		c.calls++
		switch name {
		case "clone", "clone3", "fork", "vfork":
			if strings.Contains(arguments, "CLONE_THREAD") {
				c.threads++
			} else {
				c.processes++
			}
		}
	}
	return c, lines.Err()
}
