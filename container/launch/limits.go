package launch

import (
	"fmt"
	"strings"
	"syscall"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// Rlimits sets the limits of the process (runtime-spec, config, POSIX
// process, rlimits).
func (p *Plan) Rlimits(limits []specs.POSIXRlimit) error {
	for _, limit := range limits {
		resource, err := resource(limit.Type)
		if err != nil {
			return err
		}
		p.limit(limit, resource)
	}
	return nil
}

func (p *Plan) limit(wanted specs.POSIXRlimit, resource int) {
	values := place(p, unix.Rlimit{Cur: wanted.Soft, Max: wanted.Hard})
	p.do("", unix.SYS_PRLIMIT64, 0, uintptr(resource), address(values), 0).explain =
		func(errno syscall.Errno) error { return explainLimit(wanted, resource, errno) }
}

// CheckRlimits refuses limits that Rlimits could not set here: unknown ones,
// contradictory ones, and those above a hard limit which this process may not
// raise.
func CheckRlimits(limits []specs.POSIXRlimit) error {
	seen := make([]string, 0, len(limits))
	for _, limit := range limits {
		resource, err := resource(limit.Type)
		if err != nil {
			return err
		}
		for _, other := range seen {
			if other == limit.Type {
				return fmt.Errorf("setting ulimit %q: given twice", ulimitName(limit.Type))
			}
		}
		seen = append(seen, limit.Type)
		if limit.Soft > limit.Hard {
			return fmt.Errorf("setting ulimit %q: the soft limit %d is above the hard limit %d", ulimitName(limit.Type), limit.Soft, limit.Hard)
		}
		var now unix.Rlimit
		if err := unix.Getrlimit(resource, &now); err != nil {
			return fmt.Errorf("reading ulimit %q: %w", ulimitName(limit.Type), err)
		}
		if limit.Hard > now.Max && !holds(unix.CAP_SYS_RESOURCE) {
			return explainLimit(limit, resource, syscall.EPERM)
		}
	}
	return nil
}

// RaiseHardLimit makes sure that a process may take a limit: it gives it the
// hard limit, if that is above its own, and leaves the soft one.
func RaiseHardLimit(pid int, limit specs.POSIXRlimit) error {
	resource, now, enough, err := hardLimit(pid, limit)
	if err != nil || enough {
		return err
	}
	now.Max = limit.Hard
	err = unix.Prlimit(pid, resource, &now, nil)
	if errno, ok := err.(syscall.Errno); ok {
		return explainLimit(limit, resource, errno)
	}
	return err
}

// hardLimit tells whether a process' hard limit is enough for a limit; pid 0 is this
// process.
func hardLimit(pid int, limit specs.POSIXRlimit) (number int, now unix.Rlimit, enough bool, err error) {
	if number, err = resource(limit.Type); err != nil {
		return number, now, false, err
	}
	if err := unix.Prlimit(pid, number, nil, &now); err != nil {
		return number, now, false, fmt.Errorf("reading ulimit %q: %w", ulimitName(limit.Type), err)
	}
	return number, now, limit.Hard <= now.Max, nil
}

// RaiseHardLimits is RaiseHardLimit for the process itself, which has this one's
// limits until then.
func (p *Plan) RaiseHardLimits(limits []specs.POSIXRlimit) error {
	for _, limit := range limits {
		resource, now, enough, err := hardLimit(0, limit)
		if err != nil {
			return err
		}
		if !enough {
			p.limit(specs.POSIXRlimit{Type: limit.Type, Soft: now.Cur, Hard: limit.Hard}, resource)
		}
	}
	return nil
}

// explainLimit says why a limit cannot be set: raising a hard limit takes
// CAP_SYS_RESOURCE (setrlimit(2)).
func explainLimit(limit specs.POSIXRlimit, resource int, errno syscall.Errno) error {
	wanted := ulimitName(limit.Type) + "=" + limitValue(limit.Soft)
	if limit.Hard != limit.Soft {
		wanted += ":" + limitValue(limit.Hard)
	}
	var now unix.Rlimit
	if errno != syscall.EPERM || unix.Getrlimit(resource, &now) != nil {
		return fmt.Errorf("setting ulimit %q: %w", wanted, errno)
	}
	if holds(unix.CAP_SYS_RESOURCE) {
		return fmt.Errorf("setting ulimit %q: the kernel's own bound is lower (%w); choose a lower value", wanted, errno)
	}
	return fmt.Errorf("setting ulimit %q: above the hard limit %s and this host gives mydocker no CAP_SYS_RESOURCE; choose a lower value",
		wanted, limitValue(now.Max))
}

func ulimitName(kind string) string {
	return strings.ToLower(strings.TrimPrefix(kind, "RLIMIT_"))
}

func limitValue(value uint64) string {
	if value == unix.RLIM_INFINITY {
		return "unlimited"
	}
	return fmt.Sprint(value)
}

// resource gives the number of a limit by its name in the runtime-spec.
func resource(kind string) (int, error) {
	names := [...]string{
		unix.RLIMIT_CPU: "RLIMIT_CPU", unix.RLIMIT_FSIZE: "RLIMIT_FSIZE",
		unix.RLIMIT_DATA: "RLIMIT_DATA", unix.RLIMIT_STACK: "RLIMIT_STACK",
		unix.RLIMIT_CORE: "RLIMIT_CORE", unix.RLIMIT_RSS: "RLIMIT_RSS",
		unix.RLIMIT_NPROC: "RLIMIT_NPROC", unix.RLIMIT_NOFILE: "RLIMIT_NOFILE",
		unix.RLIMIT_MEMLOCK: "RLIMIT_MEMLOCK", unix.RLIMIT_AS: "RLIMIT_AS",
		unix.RLIMIT_LOCKS: "RLIMIT_LOCKS", unix.RLIMIT_SIGPENDING: "RLIMIT_SIGPENDING",
		unix.RLIMIT_MSGQUEUE: "RLIMIT_MSGQUEUE", unix.RLIMIT_NICE: "RLIMIT_NICE",
		unix.RLIMIT_RTPRIO: "RLIMIT_RTPRIO", unix.RLIMIT_RTTIME: "RLIMIT_RTTIME",
	}
	for number, name := range names {
		if name == kind {
			return number, nil
		}
	}
	return 0, fmt.Errorf("setting ulimit %q: no such limit", ulimitName(kind))
}
