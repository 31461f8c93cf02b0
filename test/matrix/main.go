// Matrix dies everywhere. It runs each command that changes something again and
// again, in test builds, and at each point between two steps of it (package
// failpoint) has the step fail, or kills the command, the monitor, the
// container's init or all of them. Then it runs one further command and compares
// the host with what it was; and it repeats the command, which must succeed.
//
// Which points there are the commands themselves tell, when they run for the
// first time. So whatever they come to do is in here without being added.
//
//	matrix [-scenario REGEXP] [-point REGEXP] [-action REGEXP] [-workers N] [-everything] [-v]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"

	"mydocker/test/build"
	"mydocker/test/reaper"
)

// The main thread keeps the namespaces that the program came with: each worker
// locks its own thread and moves it onto a host of its own.
func init() { runtime.LockOSThread() }

type options struct {
	scenario, point, action pattern
	workers                 int
	everything, verbose     bool
}

func main() {
	var o options
	flag.Var(&o.scenario, "scenario", "only scenarios whose name matches `REGEXP`")
	flag.Var(&o.point, "point", "only points whose name matches `REGEXP`")
	flag.Var(&o.action, "action", "only ways to go wrong whose name matches `REGEXP`")
	// Much of the time is spent waiting for the kernel to clear away what died.
	flag.IntVar(&o.workers, "workers", 3*runtime.NumCPU(), "how many hosts are in use at the same time")
	flag.BoolVar(&o.everything, "everything", false, "try every way to go wrong at every point, instead of a selection")
	flag.BoolVar(&o.verbose, "v", false, "tell of each death")
	flag.Parse()
	status, err := below(o)
	if err != nil {
		fmt.Fprintf(os.Stderr, "matrix: %v\n", err)
		status = 1
	}
	os.Exit(status)
}

// reaped says to the matrix that it runs below a reaper of orphans.
const reaped = "MYDOCKER_MATRIX_REAPED"

// below runs the matrix in a process of its own, and collects what the
// commands leave behind when they are killed.
func below(o options) (status int, err error) {
	if os.Getenv(reaped) == "" {
		os.Setenv(reaped, "yes")
		return reaper.Run(append([]string{"/proc/self/exe"}, os.Args[1:]...))
	}
	clean, err := matrix(o)
	if !clean {
		status = 1
	}
	return status, err
}

// matrix makes the program and the image, and runs the matrix with them.
func matrix(o options) (clean bool, err error) {
	if os.Getuid() != 0 {
		return false, errors.New("it takes root")
	}
	directory, err := os.MkdirTemp("", "matrix")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(directory)
	tools := tools{
		binary: filepath.Join(directory, "mydocker"),
		image:  filepath.Join(directory, "busybox.tar"),
	}
	if err := build.Binary(tools.binary, "failpoint"); err != nil {
		return false, err
	}
	if err := build.Image(tools.image, "."); err != nil {
		return false, err
	}
	return run(o, tools)
}

// tools are what every host gets.
type tools struct{ binary, image string }

// pattern is a regular expression as a flag; an empty one matches everything.
type pattern struct{ *regexp.Regexp }

func (p *pattern) Set(text string) (err error) {
	p.Regexp, err = regexp.Compile(text)
	return err
}

func (p *pattern) String() string { return "" }

func (p pattern) admits(name string) bool { return p.Regexp == nil || p.MatchString(name) }
