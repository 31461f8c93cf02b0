package fs2

import (
	"encoding/binary"

	"mydocker/cgroups"
)

// instruction is one of the BPF machine (Documentation/bpf/standardization).
type instruction struct {
	code     byte
	to, from byte // registers
	jump     int16
	value    int32
}

// The opcodes that are used, of 64 bits where nothing else is said.
const (
	loadWord   = 0x61 // to = 32 bits at from + jump
	copyTo     = 0xbf // to = from
	setTo      = 0xb7 // to = value
	andValue   = 0x57 // to &= value
	shiftRight = 0x77 // to >>= value
	jumpEqual  = 0x15 // if to == value
	jumpOther  = 0x55 // if to != value
	exit       = 0x95 // the answer is in register 0
)

// The registers: the answer, the context, and what is taken from it.
const (
	answer, context, kind, access, major, minor, rest = 0, 1, 2, 3, 4, 5, 6
)

// deviceProgram answers with 1 for what the policy allows and with 0 for the
// rest. Its context is struct bpf_cgroup_dev_ctx (linux/bpf.h): access<<16|type,
// major, minor.
func deviceProgram(policy cgroups.DevicePolicy) []instruction {
	program := []instruction{
		{code: loadWord, to: kind, from: context, jump: 0},
		{code: copyTo, to: access, from: kind},
		{code: andValue, to: kind, value: 0xffff},
		{code: shiftRight, to: access, value: 16},
		{code: loadWord, to: major, from: context, jump: 4},
		{code: loadWord, to: minor, from: context, jump: 8},
	}
	for _, rule := range policy.Exceptions {
		program = append(program, exception(rule, policy.Allow)...)
	}
	return append(program, give(policy.Allow)...)
}

// exception gives the other answer for what a rule covers, and falls through
// for the rest. A rule that allows has to cover all that is asked for; one that
// denies, any part of it.
func exception(rule cgroups.DeviceRule, allowed bool) []instruction {
	tests := []instruction{
		{code: jumpOther, to: kind, value: deviceType(rule.Type)},
		{code: copyTo, to: rest, from: access},
	}
	if allowed {
		tests = append(tests,
			instruction{code: andValue, to: rest, value: int32(rule.Access)},
			instruction{code: jumpEqual, to: rest, value: 0})
	} else {
		tests = append(tests,
			instruction{code: andValue, to: rest, value: ^int32(rule.Access)},
			instruction{code: jumpOther, to: rest, value: 0})
	}
	if rule.Major != cgroups.AnyDevice {
		tests = append(tests, instruction{code: jumpOther, to: major, value: int32(rule.Major)})
	}
	if rule.Minor != cgroups.AnyDevice {
		tests = append(tests, instruction{code: jumpOther, to: minor, value: int32(rule.Minor)})
	}
	for i := range tests {
		if tests[i].code == jumpOther || tests[i].code == jumpEqual {
			tests[i].jump = int16(len(tests) - 1 - i + len(give(true)))
		}
	}
	return append(tests, give(!allowed)...)
}

func give(allowed bool) []instruction {
	value := int32(0)
	if allowed {
		value = 1
	}
	return []instruction{{code: setTo, to: answer, value: value}, {code: exit}}
}

// deviceType gives BPF_DEVCG_DEV_BLOCK or BPF_DEVCG_DEV_CHAR.
func deviceType(letter byte) int32 {
	if letter == 'b' {
		return 1
	}
	return 2
}

// encode writes struct bpf_insn. Its two register fields share a byte, the first
// in the low half on the little-endian machines that there are.
func encode(program []instruction) []byte {
	var text []byte
	for _, i := range program {
		text = append(text, i.code, i.from<<4|i.to)
		text = binary.NativeEndian.AppendUint16(text, uint16(i.jump))
		text = binary.NativeEndian.AppendUint32(text, uint32(i.value))
	}
	return text
}
