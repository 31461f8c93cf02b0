package seccomp

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// compile is Compile for any machine.
func compile(profile *specs.LinuxSeccomp, goarch string) (Filter, error) {
	flags, err := readFlags(profile.Flags)
	if err != nil {
		return Filter{}, err
	}
	if profile.ListenerPath != "" || profile.ListenerMetadata != "" {
		return Filter{}, errors.New("listenerPath: not supported")
	}
	machines, err := wanted(goarch, profile.Architectures)
	if err != nil {
		return Filter{}, err
	}
	whole := answer(killProcess) // for every other machine's calls
	for _, m := range slices.Backward(machines) {
		p, err := newPolicy(profile, m)
		if err != nil {
			return Filter{}, err
		}
		if err := p.checkUsable(m); err != nil {
			return Filter{}, err
		}
		whole = branch(unix.BPF_JEQ, m.audit, search(p.sections(m)), whole)
	}
	const longest = unix.BPF_MAXINSNS
	whole = slices.Concat(block{load(architectureOffset)}, whole)
	if len(whole) > longest {
		return Filter{}, fmt.Errorf("it takes %d instructions; the kernel takes %d at most", len(whole), longest)
	}
	return Filter{Program: whole.encode(), Flags: flags}, nil
}

// checkUsable refuses a filter under which no program could be started, or end.
func (p *policy) checkUsable(m machine) error {
	for _, name := range [...]string{"execve", "exit_group"} {
		if number, found := m.number(name); found && !p.mayPass(number) {
			return fmt.Errorf("it denies system call %q, without which no program starts or ends", name)
		}
	}
	return nil
}

// mayPass tells whether a system call passes with any arguments.
func (p *policy) mayPass(number uint32) bool {
	for _, r := range p.rules[number] {
		if !r.verdict.isDenying() {
			return true
		}
		if len(r.comparisons) == 0 {
			return false
		}
	}
	return !p.fallback.isDenying()
}

// section is a row of numbers with one treatment; it ends where the next one
// begins.
type section struct {
	first uint32
	code  block
}

// sections cut all numbers into rows. A number above all that the profile
// mentions is a call that its authors did not know yet: programs are told that
// the kernel does not have it, as runc does, so that they fall back to an older
// one. A profile that lets pass what it does not mention has no such row.
func (p *policy) sections(m machine) []section {
	unknown := errno | verdict(unix.ENOSYS)
	if !p.fallback.isDenying() {
		unknown = p.fallback
	}
	var list sectionList
	list.add(0, answer(p.fallback))
	for _, number := range slices.Sorted(maps.Keys(p.rules)) {
		list.add(number, decide(p.rules[number], p.fallback))
		list.add(number+1, answer(p.fallback))
	}
	list.add(p.last+1, answer(unknown))
	if m.x32 {
		list.add(x32Bit, answer(killProcess))
		list.add(noCall, answer(p.fallback))
	}
	return list
}

type sectionList []section

// add begins a section, which may take the place of one that has just begun, or
// go on with the last one.
func (l *sectionList) add(first uint32, code block) {
	if n := len(*l); n > 0 && (*l)[n-1].first == first {
		*l = (*l)[:n-1]
	}
	if n := len(*l); n > 0 && slices.Equal((*l)[n-1].code, code) {
		return
	}
	*l = append(*l, section{first, code})
}

// search finds the number's section by halving.
func search(sections []section) block {
	return slices.Concat(block{load(numberOffset)}, halve(sections))
}

func halve(sections []section) block {
	if len(sections) == 1 {
		return sections[0].code
	}
	middle := len(sections) / 2
	return branch(unix.BPF_JGE, sections[middle].first, halve(sections[middle:]), halve(sections[:middle]))
}
