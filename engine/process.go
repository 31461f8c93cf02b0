package engine

import (
	"fmt"
	"strings"

	"mydocker/flags"
	"mydocker/image"
)

// defaultPath is the PATH of a container whose image sets none, docker's.
const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// composeProcess fills the user's wishes up with the image's defaults.
func composeProcess(options RunOptions, defaults image.Config) (Process, error) {
	program := Process{
		Args: arguments(options, defaults), Env: merge(defaults.Env, options.Env),
		User: first(options.User, defaults.User), Cwd: first(options.WorkingDir, defaults.WorkingDir, "/"),
		Terminal: options.Terminal, Stdin: options.Stdin, Init: options.Init,
		StopSignal: first(options.StopSignal, defaults.StopSignal, "SIGTERM"),
		Rlimits:    options.Rlimits,
	}
	if len(program.Args) > 0 && program.Args[0] == "" {
		return Process{}, fmt.Errorf("running image %q: the command's name is empty", options.Image)
	}
	if len(program.Args) == 0 {
		return Process{}, fmt.Errorf("running image %q: no command given and the image has none; write one after the image's name", options.Image)
	}
	if !strings.HasPrefix(program.Cwd, "/") {
		return Process{}, fmt.Errorf("setting working directory %q: must be an absolute path", program.Cwd)
	}
	_, err := flags.Signal(program.StopSignal)
	return program, err
}

// arguments follow docker: an entrypoint on the command line also drops the
// image's command.
func arguments(options RunOptions, defaults image.Config) []string {
	entrypoint, command := defaults.Entrypoint, options.Args
	if len(command) == 0 {
		command = defaults.Cmd
	}
	if options.Entrypoint != nil {
		entrypoint, command = nil, options.Args
		if *options.Entrypoint != "" {
			entrypoint = []string{*options.Entrypoint}
		}
	}
	return append(append([]string{}, entrypoint...), command...)
}

func first(values ...string) string {
	for _, value := range values {
		if value != "" {
			return value
		}
	}
	return ""
}

// environment is built from nothing: what every container has, then the
// image's and the user's. HOME is set when the user is known.
func environment(record *Record) []string {
	base := []string{"PATH=" + defaultPath, "HOSTNAME=" + record.Hostname}
	if record.Process.Terminal {
		base = append(base, "TERM=xterm")
	}
	return merge(base, record.Process.Env)
}

// merge lays variables over others; a later one of the same name wins and
// takes the place of the earlier.
func merge(lists ...[]string) []string {
	var merged []string
	place := map[string]int{}
	for _, list := range lists {
		for _, variable := range list {
			key, _, _ := strings.Cut(variable, "=")
			if at, known := place[key]; known {
				merged[at] = variable
				continue
			}
			place[key] = len(merged)
			merged = append(merged, variable)
		}
	}
	return merged
}
