package launch

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Exit statuses for a program that does not start, as shells and docker give
// them.
const (
	CannotSetUp   = 125
	CannotExecute = 126
	NotFound      = 127
)

// defaultPath is searched when the environment has no PATH.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// program is what a plan ends with.
type program struct {
	name       string   // as the user gave it
	candidates []string // where it is looked for, in this order
	first      int      // the step that tries the first of them
}

// Exec ends the plan with a program. Its name, if it has no slash, is looked
// for in PATH of the given environment, by the kernel, with the credentials
// and in the directory that the process has by then (execvp(3)).
func (p *Plan) Exec(arguments, environment []string) error {
	argv, err := pointers(p, arguments)
	if err != nil {
		return fmt.Errorf("starting %q: its arguments hold a NUL byte", arguments[0])
	}
	envp, err := pointers(p, environment)
	if err != nil {
		return fmt.Errorf("starting %q: its environment holds a NUL byte", arguments[0])
	}
	p.program = program{
		name:       arguments[0],
		candidates: candidates(arguments[0], environment),
		first:      len(p.steps),
	}
	for _, path := range p.program.candidates {
		text, err := placeText(p, path)
		if err != nil {
			return fmt.Errorf("starting %q: %w", arguments[0], err)
		}
		p.do("", unix.SYS_EXECVE, address(text), argv, envp).search = true
	}
	return nil
}

// ExecFile ends the plan with the program in an open file.
func (p *Plan) ExecFile(file *os.File, arguments, environment []string) error {
	argv, err := pointers(p, arguments)
	if err != nil {
		return err
	}
	envp, err := pointers(p, environment)
	if err != nil {
		return err
	}
	p.keep(file)
	step := p.do("", unix.SYS_EXECVEAT, file.Fd(), address(place(p, byte(0))), argv, envp, unix.AT_EMPTY_PATH)
	step.explain = explainOwn
	return nil
}

// explainOwn says why mydocker itself could not be run inside the container.
func explainOwn(errno syscall.Errno) error {
	const doing = "starting mydocker as the container's init"
	switch errno {
	case unix.ENOENT:
		return fmt.Errorf("%s: %w: its binary must be a static one", doing, errno)
	case unix.EACCES:
		return fmt.Errorf("%s: %w: its binary must be executable for every user (chmod 755)", doing, errno)
	}
	return fmt.Errorf("%s: %w", doing, errno)
}

// candidates gives the paths under which a program may lie. An empty entry of
// PATH is the working directory.
func candidates(name string, environment []string) []string {
	if strings.Contains(name, "/") {
		return []string{name}
	}
	path := defaultPath
	for _, variable := range environment {
		if value, found := strings.CutPrefix(variable, "PATH="); found {
			path = value
		}
	}
	var paths []string
	for directory := range strings.SplitSeq(path, ":") {
		if directory == "" {
			directory = "."
		}
		paths = append(paths, directory+"/"+name)
	}
	return paths
}

// pointers gives the address of a list of C strings that ends with NULL.
func pointers(p *Plan, texts []string) (uintptr, error) {
	list := make([]*byte, len(texts)+1)
	for i, text := range texts {
		var err error
		if list[i], err = placeText(p, text); err != nil {
			return 0, err
		}
	}
	return address(placeAll(p, list)), nil
}

// Look tells what lies at a path of the container, as the process that failed
// would have found it.
type Look func(path string) (exists, isDirectory bool)

// LookHere is the Look of a thread that has the process' root and directory.
func LookHere(path string) (exists, isDirectory bool) {
	about, err := os.Stat(path)
	return err == nil, err == nil && about.IsDir()
}

// Explain gives the exit status and the message for a failure.
func (p *Plan) Explain(failure Failure, look Look) (status int, err error) {
	errno := syscall.Errno(failure.Errno)
	index := int(failure.Step)
	if index < 0 || index >= len(p.steps) {
		return CannotSetUp, fmt.Errorf("starting %q: unknown failure: %w", p.program.name, errno)
	}
	if p.program.name == "" || index < p.program.first {
		return CannotSetUp, p.steps[index].explain(errno)
	}
	status, cause := p.program.explain(errno, look)
	return status, fmt.Errorf("starting %q: %w", p.program.name, cause)
}

// explain says why no candidate could be executed.
func (p program) explain(errno syscall.Errno, look Look) (int, error) {
	switch errno {
	case unix.ENOENT, unix.ENOTDIR:
		return NotFound, p.whyNotFound(errno, look)
	case unix.EACCES:
		if _, isDirectory := look(p.name); isDirectory && strings.Contains(p.name, "/") {
			return CannotExecute, unix.EISDIR
		}
	case unix.ENOEXEC:
		return CannotExecute, fmt.Errorf("%w: neither a program for this machine (%s) nor a script that begins with #!", errno, runtime.GOARCH)
	}
	return CannotExecute, errno
}

// whyNotFound tells a missing program from one that is there and asks for an
// interpreter or a loader that is not; the kernel says ENOENT for both.
func (p program) whyNotFound(errno syscall.Errno, look Look) error {
	for _, path := range p.candidates {
		if exists, isDirectory := look(path); exists && !isDirectory {
			return errors.New("the interpreter or loader that it asks for is not in the image")
		}
	}
	if strings.Contains(p.name, "/") {
		return errno
	}
	return errors.New("executable file not found in $PATH")
}
