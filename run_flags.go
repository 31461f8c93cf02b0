package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/urfave/cli"

	"mydocker/command"
	"mydocker/engine"
	"mydocker/flags"
	"mydocker/network"
)

func runFlags() []cli.Flag {
	return append([]cli.Flag{
		cli.BoolFlag{Name: "i, interactive", Usage: "let the program read standard input"},
		cli.BoolFlag{Name: "t, tty", Usage: "give the program a terminal"},
		cli.BoolFlag{Name: "d, detach", Usage: "run in the background and print the container's ID"},
		command.OptionalBool{BoolFlag: cli.BoolFlag{Name: "rm", Usage: "remove the container when it ends (default in the foreground; --rm=false keeps it)"}},
		cli.StringFlag{Name: "name", Usage: "the container's name (default: its ID)"},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "e, env", Usage: "set an environment variable: `KEY=VALUE`"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "env-file", Usage: "set the environment variables in `FILE`"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "v, volume", Usage: "mount a host directory or file: `HOST:CONTAINER[:ro]`"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "mount", Usage: "mount as docker's --mount does: `type=bind,source=HOST,target=PATH[,readonly]`, or type=tmpfs,target=PATH"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "tmpfs", Usage: "mount a file system in memory: `PATH[:size=64m]`"}},
		cli.StringFlag{Name: "w, workdir", Usage: "the program's working directory"},
		cli.StringFlag{Name: "u, user", Usage: "run as `USER[:GROUP]`, names or numbers"},
		cli.StringFlag{Name: "userns", Usage: "user namespace: `host`, or auto[:size=N] for IDs that are nobody's on the host"},
		cli.StringFlag{Name: "h, hostname", Usage: "the container's host name (default: its ID)"},
		command.OptionalString{StringFlag: cli.StringFlag{Name: "entrypoint", Usage: "run this in place of the image's entrypoint"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "network, net", Usage: "join this network (default: none, only lo)"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "p, publish", Usage: "publish a port: `[IP:]HOST:CONTAINER[/udp]`"}},
		cli.StringFlag{Name: "m, memory, mem", Usage: "at most so much memory: `100m`"},
		cli.StringFlag{Name: "memory-swap", Usage: "at most so much memory and swap together, -1 for any"},
		cli.StringFlag{Name: "cpus", Usage: "at most so many CPUs' time: `1.5`"},
		cli.StringFlag{Name: "cpu", Usage: "at most so many percent of one CPU's time: `20`"},
		cli.StringFlag{Name: "cpuset-cpus, cpuset", Usage: "only on these CPUs: `0-1,3`"},
		cli.StringFlag{Name: "cpu-shares", Usage: "weight beside other containers (1024 is usual)"},
		cli.StringFlag{Name: "pids-limit", Usage: "at most so many processes and threads (default 4096; -1 for any)"},
		cli.BoolFlag{Name: "read-only", Usage: "mount the container's root read-only"},
		cli.BoolFlag{Name: "init", Usage: "run an init that forwards signals and reaps zombies"},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "l, label", Usage: "set a label: `KEY=VALUE`"}},
		command.Repeated{StringSliceFlag: cli.StringSliceFlag{Name: "ulimit", Usage: "set a resource limit: `NAME=SOFT[:HARD]`"}},
		cli.StringFlag{Name: "stop-signal", Usage: "the signal that \"mydocker stop\" sends"},
		command.ExplainFlag(),
		command.TraceFlag(),
	}, securityFlags()...)
}

// runOptions reads the command line. The first argument is the image; all
// that follow are the program's.
func runOptions(c *cli.Context) (engine.RunOptions, error) {
	options := engine.RunOptions{
		Image: c.Args().First(), Args: c.Args().Tail(), Name: c.String("name"),
		User: c.String("user"), WorkingDir: c.String("workdir"), Hostname: c.String("hostname"),
		Terminal: c.Bool("tty"), Stdin: c.Bool("interactive"), Detached: c.Bool("detach"),
		ReadOnly: c.Bool("read-only"), Init: c.Bool("init"),
		StopSignal: c.String("stop-signal"), AutoRemove: autoRemove(c), Entrypoint: command.Given[string](c, "entrypoint"),
	}
	for _, read := range []func(*cli.Context, *engine.RunOptions) error{
		readEnvironment, readMounts, readUserns, readNetwork, readPorts, readLimits, readLabels, readSecurity,
	} {
		if err := read(c, &options); err != nil {
			return options, err
		}
	}
	return options, checkText(slices.Concat(c.Parent().Args(), options.Env))
}

// checkText refuses what a record would change: it is JSON, whose strings are UTF-8
// (RFC 8259, section 8.1). Only the name of a variable is told, not its value.
func checkText(words []string) error {
	for _, word := range words {
		if !utf8.ValidString(word) {
			name, _, _ := strings.Cut(word, "=")
			return fmt.Errorf("reading argument or variable %q: it is not UTF-8, and a container's record can hold nothing else", name)
		}
	}
	return nil
}

// autoRemove follows the article: what runs in the foreground goes when it
// ends, what is detached stays until it is removed.
func autoRemove(c *cli.Context) bool {
	if wanted := command.Given[bool](c, "rm"); wanted != nil {
		return *wanted
	}
	return !c.Bool("detach")
}

func readEnvironment(c *cli.Context, options *engine.RunOptions) error {
	for _, file := range c.StringSlice("env-file") {
		variables, err := flags.EnvironmentFile(file)
		if err != nil {
			return err
		}
		options.Env = append(options.Env, variables...)
	}
	variables, err := flags.Environment(c.StringSlice("env"))
	options.Env = append(options.Env, variables...)
	return err
}

func readMounts(c *cli.Context, options *engine.RunOptions) (err error) {
	volumes, err := each(c.StringSlice("volume"), flags.Volume)
	if err != nil {
		return err
	}
	tmpfs, err := each(c.StringSlice("tmpfs"), flags.Tmpfs)
	if err != nil {
		return err
	}
	mounts, err := each(c.StringSlice("mount"), flags.Mount)
	if err != nil {
		return err
	}
	options.Mounts = slices.Concat(volumes, tmpfs, mounts)
	return flags.CheckTargets(options.Mounts)
}

func readUserns(c *cli.Context, options *engine.RunOptions) (err error) {
	options.UserNS, err = flags.Userns(c.String("userns"))
	return err
}

// readNetwork refuses a second network, which docker's users may expect to be joined
// as well.
func readNetwork(c *cli.Context, options *engine.RunOptions) error {
	names := slices.Compact(c.StringSlice("network"))
	if len(names) > 1 {
		return fmt.Errorf("joining networks %q: a container can be on one only; leave out the others", names)
	}
	options.Network = cmp.Or(names...)
	return nil
}

func readPorts(c *cli.Context, options *engine.RunOptions) (err error) {
	options.Ports, err = network.ParsePorts(c.StringSlice("publish"))
	return err
}

func readLimits(c *cli.Context, options *engine.RunOptions) (err error) {
	options.Limits, err = flags.Limits{
		Memory: c.String("memory"), MemorySwap: c.String("memory-swap"),
		CPUs: c.String("cpus"), CPUPercent: c.String("cpu"),
		CPUSet: c.String("cpuset-cpus"), CPUShares: c.String("cpu-shares"),
		PIDs: c.String("pids-limit"),
	}.Resources()
	if err != nil {
		return err
	}
	options.Rlimits, err = each(c.StringSlice("ulimit"), flags.Ulimit)
	return err
}

func readLabels(c *cli.Context, options *engine.RunOptions) (err error) {
	options.Labels, err = flags.Labels(c.StringSlice("label"))
	return err
}

// each reads every word of a flag that may be given many times.
func each[T any](words []string, read func(string) (T, error)) ([]T, error) {
	var values []T
	for _, word := range words {
		value, err := read(word)
		if err != nil {
			return nil, err
		}
		values = append(values, value)
	}
	return values, nil
}
