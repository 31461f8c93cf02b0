//go:build failpoint

// Package failpoint lets tests make mydocker fail, hang or die at each step.
// In this, the test build, the environment names a directory:
//
//	MYDOCKER_FAILPOINT_DIR
//	    plan    what is to happen: POINT=ACTION, or nothing at all
//	    hits    written: a line for each point that was reached
//	    pids    written: a line "ROLE PID START" for each process
//	    hung    a FIFO, written: the point at which a process hangs
//	    go      a FIFO, read: a byte lets the process go on
//
// While there is no plan, nothing happens and nothing is counted. A plan may
// also stand in MYDOCKER_FAILPOINT.
//
// POINT is "before STEP" or "after STEP", or "ROLE before STEP#N" for the Nth
// time that the process of that role, counted for itself, comes there.
//
// ACTION is EIO or ENOSPC: the step fails; kill: this process dies; or hang: it
// says so and waits. Meanwhile anybody can be killed at exactly this point,
// also the first process of a pid namespace, to which its own signals do not
// matter and those of its children neither.
package failpoint

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
)

const (
	directoryVariable = "MYDOCKER_FAILPOINT_DIR"
	planVariable      = "MYDOCKER_FAILPOINT"
)

// self is this process.
var self = struct {
	sync.Mutex
	role   string
	counts map[string]int
	opened sync.Once
	fd     int // the directory: a path leads nowhere once a root has changed
}{counts: map[string]int{}, fd: -1}

// Play says which role this process has.
func Play(role string) {
	self.Lock()
	self.role = role
	self.Unlock()
	directory() // while its path leads there
}

// Born says that a process was made, for that role.
func Born(role string, pid int) {
	start, _ := process.Start(pid)
	write("pids", fmt.Sprintf("%s %d %d\n", role, pid, start))
	if _, there := plan(); there {
		write("hits", "born "+role+"\n")
	}
}

// Environment adds what a child needs to know in order to have points.
func Environment(variables []string) []string {
	return append(variables, directoryVariable+"="+os.Getenv(directoryVariable))
}

// Around carries out a step between two points, before and after it.
func Around(name string, step func() error) error {
	if err := Hit("before " + name); err != nil {
		return err
	}
	if err := step(); err != nil {
		return err
	}
	return Hit("after " + name)
}

// Hit marks a point and does there what is planned.
func Hit(name string) error {
	wanted, there := plan()
	if !there {
		return nil
	}
	name = random.ReplaceAllString(name, "ID")
	point := count(name)
	write("hits", point+"\n")
	wanted, action, _ := strings.Cut(strings.TrimSpace(wanted), "=")
	if wanted != name && wanted != point {
		return nil
	}
	return act(point, action)
}

// random is what differs from run to run: container IDs, which have ten
// digits, and the IDs of images and layers.
var random = regexp.MustCompile(`[0-9a-f]{32,}|[0-9]{10}`)

// count gives the name of a point that tells it from the same one earlier.
func count(name string) string {
	self.Lock()
	defer self.Unlock()
	self.counts[name]++
	return fmt.Sprintf("%s %s#%d", self.role, name, self.counts[name])
}

func act(point, action string) error {
	switch action {
	case "EIO":
		return unix.EIO
	case "ENOSPC":
		return unix.ENOSPC
	case "kill":
		unix.Kill(os.Getpid(), unix.SIGKILL)
		wait(time.Hour)
	case "hang":
		hang(point)
	}
	return nil
}

func wait(d time.Duration) { <-time.After(d) }

// hang waits until somebody lets it go, or for ever.
func hang(point string) {
	write("hung", point+"\n")
	signal, err := open("go", unix.O_RDONLY)
	if err != nil {
		wait(time.Hour)
	}
	defer signal.Close()
	signal.Read(make([]byte, 1))
}

func plan() (plan string, there bool) {
	if plan := os.Getenv(planVariable); plan != "" {
		return plan, true
	}
	file, err := open("plan", unix.O_RDONLY)
	if err != nil {
		return "", false
	}
	defer file.Close()
	text := make([]byte, 512)
	n, _ := file.Read(text)
	return string(text[:n]), true
}

func write(name, line string) {
	file, err := open(name, unix.O_WRONLY|unix.O_CREAT|unix.O_APPEND)
	if err != nil {
		return
	}
	defer file.Close()
	file.WriteString(line)
}

func open(name string, flags int) (*os.File, error) {
	fd, err := unix.Openat(directory(), name, flags|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), name), nil
}

// directory is a descriptor of the directory, -1 when there is none.
func directory() int {
	self.opened.Do(func() {
		path := os.Getenv(directoryVariable)
		if fd, err := unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0); err == nil {
			self.fd = fd
		}
	})
	return self.fd
}
