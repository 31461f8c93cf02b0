package seccomp

import (
	"fmt"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// policy is a profile for one machine.
type policy struct {
	fallback verdict
	rules    map[uint32][]rule // by number of the system call, in the profile's order
	last     uint32            // the highest number that the profile mentions
}

// rule gives a verdict when all comparisons hold.
type rule struct {
	comparisons []comparison
	verdict     verdict
}

// comparison looks at one argument of a system call, as an unsigned number of
// 64 bits.
type comparison struct {
	argument uint
	operator specs.LinuxSeccompOperator
	value    uint64
	masked   uint64 // for SCMP_CMP_MASKED_EQ, where value is the mask
}

// newPolicy reads a profile for one machine. As in libseccomp and runc, a rule
// without comparisons decides alone, wherever it stands; a rule that says what
// the default says is passed over.
func newPolicy(profile *specs.LinuxSeccomp, m machine) (*policy, error) {
	fallback, err := readAction(profile.DefaultAction, profile.DefaultErrnoRet)
	if err != nil {
		return nil, err
	}
	p := &policy{fallback: fallback, rules: map[uint32][]rule{}}
	for _, call := range profile.Syscalls {
		if err := p.add(call, m); err != nil {
			return nil, err
		}
	}
	for number, rules := range p.rules {
		if at := slices.IndexFunc(rules, func(r rule) bool { return len(r.comparisons) == 0 }); at >= 0 {
			p.rules[number] = rules[at : at+1]
		}
	}
	return p, nil
}

func (p *policy) add(call specs.LinuxSyscall, m machine) error {
	if len(call.Names) == 0 {
		return fmt.Errorf("a rule with action %q names no system call", call.Action)
	}
	verdict, err := readAction(call.Action, call.ErrnoRet)
	if err != nil {
		return fmt.Errorf("rule for %q: %w", call.Names[0], err)
	}
	rules, err := readArguments(call.Args, verdict)
	if err != nil {
		return fmt.Errorf("rule for %q: %w", call.Names[0], err)
	}
	for _, name := range call.Names {
		number, found := m.number(name)
		if !found && verdict.isDenying() && !p.fallback.isDenying() && !isKnown(name) {
			return fmt.Errorf("denying system call %q: this mydocker knows none of that name", name)
		}
		if !found {
			continue // of another machine, or newer; what is not allowed is denied
		}
		p.last = max(p.last, number)
		if verdict != p.fallback {
			p.rules[number] = append(p.rules[number], rules...)
		}
	}
	return nil
}

// readArguments gives one rule for all comparisons or, as runc does it, one for
// each where two look at the same argument.
func readArguments(arguments []specs.LinuxSeccompArg, v verdict) ([]rule, error) {
	var together []comparison
	var apart []rule
	seen, twice := map[uint]bool{}, false
	for _, argument := range arguments {
		c := comparison{argument.Index, argument.Op, argument.Value, argument.ValueTwo}
		if err := c.check(); err != nil {
			return nil, err
		}
		twice = twice || seen[c.argument]
		seen[c.argument] = true
		together = append(together, c)
		apart = append(apart, rule{[]comparison{c}, v})
	}
	if twice {
		return apart, nil
	}
	return []rule{{together, v}}, nil
}

func (c comparison) check() error {
	const arguments = 6
	if c.argument >= arguments {
		return fmt.Errorf("argument %d: a system call has arguments 0 to %d", c.argument, arguments-1)
	}
	switch c.operator {
	case specs.OpEqualTo, specs.OpNotEqual, specs.OpLessThan, specs.OpLessEqual,
		specs.OpGreaterThan, specs.OpGreaterEqual, specs.OpMaskedEqual:
		return nil
	}
	return fmt.Errorf("operator %q: there is no such operator", c.operator)
}
