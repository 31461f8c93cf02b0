package engine

import (
	"fmt"
	"time"

	"mydocker/container/explain"
	"mydocker/internal/process"
	"mydocker/internal/shell"
	"mydocker/overlay"
	"mydocker/resource"
)

// ExplainRun gives the shell lines that would do what Run does, and changes
// nothing. The container that they make is one for mydocker, too: ps lists it,
// and exec, stop and rm work on it.
func (e *Engine) ExplainRun(options RunOptions) ([]string, error) {
	record, err := e.compose(options)
	if err != nil {
		return nil, err
	}
	if err := e.preview(record); err != nil {
		return nil, err
	}
	storage, err := record.storage()
	if err != nil {
		return nil, err
	}
	return e.launchScript(record, fmt.Sprintf("container %s, a new one", record.ID), storage)
}

// preview plans a run as enlist does, and takes nothing.
func (e *Engine) preview(record *Record) error {
	record.Ports = record.Publish
	record.AppArmor = record.Security.profile()
	record.Exit = nil
	record.Started = time.Now()
	var err error
	if record.BootID, err = process.BootID(); err != nil {
		return err
	}
	if err := e.chooseIDs(record); err != nil {
		return err
	}
	if record.Network == "" {
		return e.planRuntime(record, nil)
	}
	joined, err := e.Network(record.Network)
	if err != nil {
		return err
	}
	if record.Address, err = e.pool(joined).Peek(); err != nil {
		return err
	}
	return e.planRuntime(record, joined)
}

// launchScript explains a run, from the record to the end. storage is what has
// to be made for it first.
func (e *Engine) launchScript(record *Record, title string, storage resource.Set) ([]string, error) {
	runtime, err := record.runtime()
	if err != nil {
		return nil, err
	}
	life, err := e.life(record, storage, runtime)
	if err != nil {
		return nil, err
	}
	var s script
	s.title("%s", title)
	if record.Detached {
		s.add("# In the background, as a monitor, from here on; the shell waits until it says that the program runs.",
			"read -r STARTED < <(", "set -eu", "exec </dev/null")
		s.add(life...)
		s.add(")", "echo $STARTED")
		return s, nil
	}
	s.add(life...)
	s.add("exit $STATUS")
	return s, nil
}

// life is what the commands and the monitor of a container do, one after the
// other.
func (e *Engine) life(record *Record, storage, runtime resource.Set) (script, error) {
	s := e.recordLines(record)
	s.title("the lowest layer of every container, which stays: places for its mounts")
	s.add(overlay.SkeletonSteps(e.Layout.Skeleton())...)
	if len(storage) > 0 {
		s.title("its files")
		s.add(storage.Explain().Create...)
	}
	files, err := e.networkFileContents(record)
	if err != nil {
		return nil, err
	}
	s.title("what it finds in /etc of its host's and its own names")
	for _, file := range files {
		s.add(shell.WriteFile(file.path, 0o644, string(file.content))...)
		s.add(record.explainGift(file.path)...)
	}
	before, after := aroundStart(runtime)
	s.title("its limits, its address")
	s.add(before.Explain().Create...)
	s.title("its processes")
	process, err := e.explainProcess(record)
	if err != nil {
		return nil, err
	}
	s.add(process...)
	if len(after) > 0 {
		s.title("its place on the network")
		s.add(after.Explain().Create...)
		s.portNote(record)
	}
	s.title("what must not outlive this shell is written down before it can do anything")
	s.add(e.explainLive(record, true)...)
	s.add(explain.Go()...)
	if record.Detached {
		s.add("exec {OUT}>&- {ERR}>&-", "echo "+record.ID, "exec >/dev/null 2>&1")
	}
	s.add("", "STATUS=0; wait $CHILD || STATUS=$?")
	s.add("# nothing of it stays; each line does what it can")
	s.add("set +e")
	s.add(e.explainConclusion(record, storage, runtime)...)
	return s, nil
}

// recordLines write the records before anything else, so that whoever finds
// the container half made can take it back.
func (e *Engine) recordLines(record *Record) script {
	var s script
	s.title("its record, before any effect: whoever finds this half done can take it back")
	s.add(explainStarted, "OWNER=$BASHPID")
	s.add("mkdir -p -m 700 " + shell.QuoteAll([]string{e.Layout.LiveContainer(record.ID), e.Layout.Container(record.ID)}))
	s.add(e.explainLive(record, false)...)
	s.add(shell.WriteFile(e.recordPath(record.ID), 0o600, fieldLines(record))...)
	return s
}

// portNote says what no shell can do.
func (s *script) portNote(record *Record) {
	if len(record.Ports) > 0 {
		s.add("# mydocker also keeps each published port of the host bound, so that nobody else takes it")
	}
}

// explainProcess gives the lines that start the first process, behind its latch.
func (e *Engine) explainProcess(record *Record) ([]string, error) {
	config, err := e.containerConfig(record)
	if err != nil {
		return nil, err
	}
	join, err := e.cgroup(record).JoinSteps("$BASHPID")
	if err != nil {
		return nil, err
	}
	lines, streams := e.explainStreams(record)
	return append(lines, explain.Container{
		Spec: config.Spec, Rootfs: config.Rootfs, User: config.User, Init: config.Init,
		Filtered: config.Seccomp != nil,
		Target:   e.Layout.LiveContainer(record.ID) + "/rootfs", Streams: streams,
		Join: join,
	}.Start()...), nil
}

// explainStreams gives the redirections of a container's program, as the
// monitor connects it, and the lines that open what they lead to.
func (e *Engine) explainStreams(record *Record) (open []string, streams string) {
	input := "</dev/null"
	switch {
	case record.Process.Stdin && record.Detached:
		open = append(open, "exec {IN}<> <(:) # an input that nobody closes")
		input = "<&$IN {IN}<&-"
	case record.Process.Stdin:
		input = "<&0" // what is started with & has /dev/null otherwise
	}
	if !record.Detached {
		return open, input
	}
	log := shell.Quote(e.logPath(record.ID))
	open = append(open, explainLog,
		fmt.Sprintf("exec {OUT}> >(exec >>%s 2>/dev/null; log stdout) {ERR}> >(exec >>%s 2>/dev/null; log stderr)", log, log))
	return open, input + " >&$OUT 2>&$ERR {OUT}>&- {ERR}>&-"
}
