package engine

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/flags"
	"mydocker/internal/shell"
	"mydocker/resource"
	"mydocker/state"
)

// explainConclusion gives the lines of conclude.
func (e *Engine) explainConclusion(record *Record, storage, runtime resource.Set) []string {
	var s script
	s.add(runtime.Explain().Remove...)
	if record.AutoRemove {
		s.add(e.explainErasure(record, storage)...)
		return s
	}
	path := shell.Quote(e.recordPath(record.ID))
	s.add("# how it ended, at the end of its record",
		fmt.Sprintf("sed '$d' %s | install -m 600 /dev/fd/0 %s.new", path, path),
		fmt.Sprintf("cat >>%s.new <<END", path), `,"exit": `+explainExit()+"}", "END",
		fmt.Sprintf("mv %s.new %s", path, path),
		"rm -rf "+shell.Quote(e.Layout.LiveContainer(record.ID)))
	return s
}

// explainErasure gives the lines of erase.
func (e *Engine) explainErasure(record *Record, storage resource.Set) []string {
	lines := append(storage.Explain().Remove, "# its record")
	return append(lines,
		"rm -rf "+shell.Quote(e.Layout.Container(record.ID)),
		"rm -rf "+shell.Quote(e.Layout.LiveContainer(record.ID)))
}

// ExplainStop gives the shell lines that would do what Stop does, and changes
// nothing.
func (e *Engine) ExplainStop(reference string, timeout time.Duration) ([]string, error) {
	found, err := e.running(reference, "stopping")
	if errors.As(err, new(*NotRunningError)) {
		return e.explainLeftovers(reference)
	}
	if err != nil {
		return nil, err
	}
	signal, err := flags.Signal(found.Record.Process.StopSignal)
	if err != nil {
		return nil, err
	}
	return e.endScript(found, signal, timeout)
}

// explainLeftovers says what reconciling would take away of a container that
// does not run.
func (e *Engine) explainLeftovers(reference string) (script, error) {
	found, err := e.Container(reference)
	if err != nil {
		return nil, err
	}
	runtime, err := found.Record.runtime()
	if err != nil {
		return nil, err
	}
	var s script
	s.title("container %s is %s", found.title(), found.Status())
	left := runtime.Present()
	switch {
	case found.State != Exited:
		s.add("# that is somebody's work, who goes on with it")
	case len(left) == 0:
		s.add("# nothing of it is left in the kernel")
	default:
		s.add("# what its last run left")
		s.add(left.Explain().Remove...)
	}
	return s, nil
}

// endScript explains end: the signal, the wait, the kill, and what the monitor
// does then.
func (e *Engine) endScript(found Container, signal unix.Signal, timeout time.Duration) (script, error) {
	live := found.live
	var s script
	s.title("container %s: its program is pid %d, its monitor pid %d", found.title(), live.Program.PID, live.Owner.PID)
	s.add("# A pid may belong to somebody else by now; mydocker holds the process by a pidfd")
	s.add(explainStarted, explainAlive)
	s.add(explainSignal(live.Program, signal))
	if signal != unix.SIGKILL && timeout >= 0 {
		gone := shell.Quote(e.Layout.LiveContainer(found.Record.ID))
		s.add(fmt.Sprintf("# so long it may take to end; what is still there after %s is killed", timeout))
		s.add(fmt.Sprintf("for ((i = 0; i < %d; i++)); do [ -e %s ] || break; %s; done", timeout/(100*time.Millisecond), gone, explainPause))
		s.add(explainSignal(live.Program, unix.SIGKILL))
	}
	s.add("# its monitor cleans up, and removes this directory last", e.explainWait(found.Record.ID))
	return s, s.sayConclusion(e, found.Record)
}

func explainSignal(program Reference, signal unix.Signal) string {
	name := fmt.Sprint(int(signal))
	if known := unix.SignalName(signal); known != "" {
		name = strings.TrimPrefix(known, "SIG")
	}
	return fmt.Sprintf("if alive %d %d; then kill -%s %d; fi", program.PID, program.Start, name, program.PID)
}

// sayConclusion says, as comments, what the monitor does at the end.
func (s *script) sayConclusion(e *Engine, record *Record) error {
	runtime, err := record.runtime()
	if err != nil {
		return err
	}
	storage, err := record.storage()
	if err != nil {
		return err
	}
	s.add("# What it does:")
	s.say(e.explainConclusion(record, storage, runtime)...)
	return nil
}

// ExplainRemove gives the shell lines that would do what Remove does, and
// changes nothing.
func (e *Engine) ExplainRemove(reference string, force bool) ([]string, error) {
	found, err := e.Container(reference)
	if err != nil {
		return nil, err
	}
	if err := checkRemove(found, reference, force); err != nil {
		return nil, err
	}
	s, err := e.explainForce(found)
	if err != nil || found.State == Up && found.Record.AutoRemove {
		return s, err
	}
	storage, err := found.Record.storage()
	if err != nil {
		return nil, err
	}
	s.title("its files")
	s.add(e.explainLocked(e.Layout.Lock(state.ContainerLock, found.Record.ID), e.explainErasure(found.Record, storage.Present()))...)
	if _, err := e.Images.Get(found.Record.Image.ID); err != nil {
		s.add("# its image has been removed; mydocker now removes those of its layers that nobody else needs")
	}
	return s, nil
}

// explainForce ends a container that runs.
func (e *Engine) explainForce(found Container) (script, error) {
	switch {
	case found.State == Up:
		return e.endScript(found, unix.SIGKILL, DefaultStopTimeout)
	case found.State == Exited:
		return e.explainLeftovers(found.Record.ID)
	}
	return nil, fmt.Errorf("explaining the removal of container %q: it is %s; ask again when that is over", found.Record.Name, found.Status())
}

// explainLocked holds a lock around the removal of what it is for, and removes
// its file.
func (e *Engine) explainLocked(path string, lines []string) []string {
	file, directory := shell.Quote(path), shell.Quote(filepath.Dir(path))
	first := fmt.Sprintf("mkdir -p -m 700 %s && exec {LOCK}>>%s && flock --timeout %d $LOCK", directory, file, lockPatience/time.Second)
	return append(append([]string{first}, lines...), "rm -f "+file+" && exec {LOCK}>&-")
}

// title names a container for people.
func (c Container) title() string {
	if c.Record.Name == c.Record.ID {
		return c.Record.ID
	}
	return c.Record.Name + " (" + c.Record.ID + ")"
}
