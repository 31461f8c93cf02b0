// Package program knows the programs that are measured, and how each is asked
// to do a piece of work.
package program

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"golang.org/x/sys/unix"
)

// volatile is where every program keeps what means nothing after a reboot, as it
// does by default: in memory. The benchmark has a /run of its own.
const volatile = "/run"

// A Program makes containers. What one cannot do is nil. A container is named
// by the caller; all have the same root file system.
type Program struct {
	Name    string // as in the tables
	Version string

	Run           func(name string) *exec.Cmd           // "true" without network, in the foreground, removed at its end
	RunNetwork    func(name string) *exec.Cmd           // the same, on the network and with port 8080 published
	Background    func(name string) *exec.Cmd           // one in the background that ends at once
	Detach        func(name string) *exec.Cmd           // an idle program in the background, on the network
	Serve         func(name string, port int) *exec.Cmd // a web server in the background, with a published port
	Leave         func(name string) *exec.Cmd           // "true", whose container stays when it has ended
	Exec          func(name string) *exec.Cmd           // "true" in a running container
	Remove        func(names ...string) *exec.Cmd       // by force
	List          func() *exec.Cmd                      // all containers
	CreateNetwork func(name string) *exec.Cmd
	RemoveNetwork func(name string) *exec.Cmd
	Import        func(archive, name string) *exec.Cmd
	RemoveImage   func(name string) *exec.Cmd

	start   func() error // what has to be there before the first command
	stop    func() error
	through func(func() error) error // starts its commands, where that needs a place of its own
}

// Start prepares the program, once.
func (p *Program) Start() error {
	if p.start == nil {
		return nil
	}
	if err := p.start(); err != nil {
		return fmt.Errorf("preparing %s: %w", p.Name, err)
	}
	return nil
}

// Stop ends what Start has started.
func (p *Program) Stop() error {
	if p.stop == nil {
		return nil
	}
	if err := p.stop(); err != nil {
		return fmt.Errorf("ending %s: %w", p.Name, err)
	}
	return nil
}

// Do runs a command of the program to its end. Its output goes nowhere; what
// it complains of becomes the error.
func (p *Program) Do(command *exec.Cmd) error {
	if p.through != nil {
		return p.through(func() error { return Do(command) })
	}
	return Do(command)
}

// Do runs a command to its end. A file, not a pipe, takes its complaints: with
// a pipe, whatever it leaves running would be waited for. It is a file in memory,
// because making one on a disk would add 0.1 ms to every figure.
func Do(command *exec.Cmd) error {
	fd, err := unix.MemfdCreate("complaints", unix.MFD_CLOEXEC)
	if err != nil {
		return err
	}
	complaints := os.NewFile(uintptr(fd), "complaints")
	defer complaints.Close()
	command.Stderr = complaints
	if err := command.Run(); err != nil {
		return fmt.Errorf("running %q: %w: %s", strings.Join(command.Args, " "), err, tail(complaints))
	}
	return nil
}

// tail gives the end of what was written to a file.
func tail(file *os.File) string {
	const most = 600
	content, _ := io.ReadAll(io.NewSectionReader(file, 0, 1<<20))
	content = bytes.TrimSpace(content)
	return string(content[max(0, len(content)-most):])
}

// firstLine gives the first line of a command's output, for versions.
func firstLine(path string, arguments ...string) string {
	output, _ := exec.Command(path, arguments...).Output()
	line, _, _ := strings.Cut(strings.TrimSpace(string(output)), "\n")
	return line
}
