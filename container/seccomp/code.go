package seccomp

import (
	"encoding/binary"
	"slices"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// block is a piece of a program that ends with an answer on every way through
// it. The instructions are those of classic BPF, of which seccomp knows a part
// (Documentation/networking/filter.rst, seccomp_filter.rst).
type block []unix.SockFilter

// Offsets in struct seccomp_data. The machines here are little-endian.
const (
	numberOffset       = 0
	architectureOffset = 4
	argumentOffset     = 16 // the first one's lower half
)

func (b block) encode() string {
	var text []byte
	for _, i := range b {
		text = binary.LittleEndian.AppendUint16(text, i.Code)
		text = append(text, i.Jt, i.Jf)
		text = binary.LittleEndian.AppendUint32(text, i.K)
	}
	return string(text)
}

func load(offset uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
}

func answer(v verdict) block {
	return block{{Code: unix.BPF_RET | unix.BPF_K, K: uint32(v)}}
}

func jump(test uint16, value uint32, yes, no int) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | test | unix.BPF_K, Jt: uint8(yes), Jf: uint8(no), K: value}
}

// branch goes to one of two blocks. A conditional jump reaches over 255
// instructions at most.
func branch(test uint16, value uint32, yes, no block) block {
	if len(no) <= 255 {
		return slices.Concat(block{jump(test, value, len(no), 0)}, no, yes)
	}
	far := unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA, K: uint32(len(no))}
	return slices.Concat(block{jump(test, value, 0, 1), far}, no, yes)
}

// decide tries the rules in turn.
func decide(rules []rule, fallback verdict) block {
	if len(rules) == 0 {
		return answer(fallback)
	}
	if same := equalities(rules); len(same) > 1 {
		return slices.Concat(oneOf(same), decide(rules[len(same):], fallback))
	}
	if len(rules[0].comparisons) == 0 {
		return answer(rules[0].verdict)
	}
	return slices.Concat(all(rules[0]), decide(rules[1:], fallback))
}

// all answers when each comparison of a rule holds, and falls through otherwise.
func all(r rule) block {
	code := answer(r.verdict)
	for _, c := range slices.Backward(r.comparisons) {
		code = slices.Concat(c.code(len(code)), code)
	}
	return code
}

// code falls through when the comparison holds, and passes over what follows,
// so many instructions, otherwise. BPF has registers of 32 bits: the upper half
// is looked at first.
func (c comparison) code(skip int) block {
	upper, lower := c.halves()
	high, low := uint32(c.value>>32), uint32(c.value)
	switch c.operator {
	case specs.OpEqualTo:
		return block{upper, jump(unix.BPF_JEQ, high, 0, skip+2), lower, jump(unix.BPF_JEQ, low, 0, skip)}
	case specs.OpNotEqual:
		return block{upper, jump(unix.BPF_JEQ, high, 0, 2), lower, jump(unix.BPF_JEQ, low, skip, 0)}
	case specs.OpGreaterThan:
		return c.above(unix.BPF_JGT, skip)
	case specs.OpGreaterEqual:
		return c.above(unix.BPF_JGE, skip)
	case specs.OpLessThan:
		return c.below(unix.BPF_JGE, skip)
	case specs.OpLessEqual:
		return c.below(unix.BPF_JGT, skip)
	}
	return c.masked64(skip)
}

func (c comparison) halves() (upper, lower unix.SockFilter) {
	offset := argumentOffset + 8*uint32(c.argument)
	return load(offset + 4), load(offset)
}

// above holds for a greater upper half, or an equal one and a lower half that
// passes the test.
func (c comparison) above(test uint16, skip int) block {
	upper, lower := c.halves()
	high, low := uint32(c.value>>32), uint32(c.value)
	return block{
		upper, jump(unix.BPF_JGT, high, 3, 0), jump(unix.BPF_JEQ, high, 0, skip+2),
		lower, jump(test, low, 0, skip),
	}
}

// below holds for a lesser upper half, or an equal one and a lower half that
// fails the test.
func (c comparison) below(test uint16, skip int) block {
	upper, lower := c.halves()
	high, low := uint32(c.value>>32), uint32(c.value)
	return block{
		upper, jump(unix.BPF_JGT, high, skip+3, 0), jump(unix.BPF_JEQ, high, 0, 2),
		lower, jump(test, low, skip, 0),
	}
}

func (c comparison) masked64(skip int) block {
	upper, lower := c.halves()
	and := func(mask uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask}
	}
	return block{
		upper, and(uint32(c.value >> 32)), jump(unix.BPF_JEQ, uint32(c.masked>>32), 0, skip+3),
		lower, and(uint32(c.value)), jump(unix.BPF_JEQ, uint32(c.masked), 0, skip),
	}
}

// equalities gives the rules at the beginning that ask whether one and the same
// argument equals this or that, with the same upper half and verdict. Long
// lists of them are usual.
func equalities(rules []rule) []rule {
	const most = 250 // jumps are short
	for i, r := range rules {
		if i == most || len(r.comparisons) != 1 || r.comparisons[0].operator != specs.OpEqualTo || r.verdict != rules[0].verdict {
			return rules[:i]
		}
		first, this := rules[0].comparisons[0], r.comparisons[0]
		if this.argument != first.argument || this.value>>32 != first.value>>32 {
			return rules[:i]
		}
	}
	return rules
}

// oneOf answers for a list of equalities, and falls through when none holds.
func oneOf(rules []rule) block {
	first := rules[0].comparisons[0]
	upper, lower := first.halves()
	code := block{upper, jump(unix.BPF_JEQ, uint32(first.value>>32), 0, len(rules)+2), lower}
	for i, r := range rules {
		left := len(rules) - 1 - i
		if left == 0 {
			code = append(code, jump(unix.BPF_JEQ, uint32(r.comparisons[0].value), 0, 1))
			continue
		}
		code = append(code, jump(unix.BPF_JEQ, uint32(r.comparisons[0].value), left, 0))
	}
	return append(code, answer(rules[0].verdict)...)
}
