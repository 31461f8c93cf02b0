package seccomp

import (
	"fmt"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// verdict is what a filter answers the kernel: an action and, in the low 16
// bits, its data (SECCOMP_RET_… in linux/seccomp.h).
type verdict uint32

const (
	killThread  verdict = 0
	killProcess verdict = 0x80000000
	trap        verdict = 0x00030000
	errno       verdict = 0x00050000
	trace       verdict = 0x7ff00000
	log         verdict = 0x7ffc0000
	allow       verdict = 0x7fff0000
)

// largestErrno is the largest error that the kernel passes on (MAX_ERRNO).
const largestErrno = 4095

// isDenying tells whether the call is not made.
func (v verdict) isDenying() bool { return v != allow && v != log && v&0xffff0000 != trace }

// readAction gives the verdict for an action of the runtime-spec. Without a
// number of its own an error is EPERM, as in runc.
func readAction(action specs.LinuxSeccompAction, number *uint) (verdict, error) {
	code := uint(unix.EPERM)
	if number != nil {
		code = *number
	}
	switch action {
	case specs.ActErrno, specs.ActTrace:
		if code > largestErrno {
			return 0, fmt.Errorf("action %q with errnoRet %d: must be at most %d", action, code, largestErrno)
		}
		if action == specs.ActTrace {
			return trace | verdict(code), nil
		}
		return errno | verdict(code), nil
	case specs.ActNotify:
		return 0, fmt.Errorf("action %q: not supported, since nobody would answer", action)
	}
	if number != nil {
		return 0, fmt.Errorf("action %q with an errnoRet: only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have one", action)
	}
	switch action {
	case specs.ActKill, specs.ActKillThread:
		return killThread, nil
	case specs.ActKillProcess:
		return killProcess, nil
	case specs.ActTrap:
		return trap, nil
	case specs.ActLog:
		return log, nil
	case specs.ActAllow:
		return allow, nil
	}
	return 0, fmt.Errorf("action %q: there is no such action", action)
}

// readFlags gives the bits for seccomp(2). A filter is loaded by one thread,
// just before its program begins, so that TSYNC asks for nothing more.
func readFlags(flags []specs.LinuxSeccompFlag) (bits uint32, err error) {
	for _, flag := range flags {
		switch flag {
		case "SECCOMP_FILTER_FLAG_TSYNC":
		case specs.LinuxSeccompFlagLog:
			bits |= unix.SECCOMP_FILTER_FLAG_LOG
		case specs.LinuxSeccompFlagSpecAllow:
			bits |= unix.SECCOMP_FILTER_FLAG_SPEC_ALLOW
		default:
			return 0, fmt.Errorf("flag %q: not supported", flag)
		}
	}
	return bits, nil
}
