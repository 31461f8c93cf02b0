package flags

import (
	"fmt"
	"strconv"
	"strings"

	units "github.com/docker/go-units"
	specs "github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Ulimit reads --ulimit NAME=SOFT[:HARD], -1 being no limit.
func Ulimit(text string) (specs.POSIXRlimit, error) {
	parsed, err := units.ParseUlimit(text)
	if err != nil {
		return specs.POSIXRlimit{}, fmt.Errorf("parsing ulimit %q: %v; write it as NAME=SOFT[:HARD], such as nofile=1024:2048", text, err)
	}
	return specs.POSIXRlimit{
		Type: "RLIMIT_" + strings.ToUpper(parsed.Name),
		Soft: uint64(parsed.Soft),
		Hard: uint64(parsed.Hard),
	}, nil
}

// Labels reads the values of -l: KEY=VALUE, or KEY alone with no value.
func Labels(words []string) (map[string]string, error) {
	labels := make(map[string]string, len(words))
	for _, word := range words {
		key, value, _ := strings.Cut(word, "=")
		if key == "" {
			return nil, fmt.Errorf("parsing label %q: the key is empty; write it as KEY=VALUE", word)
		}
		labels[key] = value
	}
	return labels, nil
}

// lastSignal is the kernel's highest signal number, SIGRTMAX.
const lastSignal = 64

// Signal reads a signal's name, with or without SIG, or its number.
func Signal(text string) (unix.Signal, error) {
	if number, err := strconv.Atoi(text); err == nil && number > 0 && number <= lastSignal {
		return unix.Signal(number), nil
	}
	name := strings.ToUpper(text)
	if !strings.HasPrefix(name, "SIG") {
		name = "SIG" + name
	}
	if signal := unix.SignalNum(name); signal != 0 {
		return signal, nil
	}
	if signal, ok := realTime(name); ok {
		return signal, nil
	}
	return 0, fmt.Errorf("parsing signal %q: no such signal; give a name such as TERM or a number from 1 to %d", text, lastSignal)
}

// realTime reads SIGRTMIN, SIGRTMIN+N, SIGRTMAX and SIGRTMAX-N. The C library
// keeps the first two real-time signals, so its SIGRTMIN is 34.
func realTime(name string) (unix.Signal, bool) {
	for prefix, base := range map[string]int{"SIGRTMIN": 34, "SIGRTMAX": lastSignal} {
		rest, found := strings.CutPrefix(name, prefix)
		if !found {
			continue
		}
		offset := 0
		if rest != "" {
			var err error
			if offset, err = strconv.Atoi(rest); err != nil {
				return 0, false
			}
		}
		signal := base + offset
		return unix.Signal(signal), signal >= 34 && signal <= lastSignal
	}
	return 0, false
}
