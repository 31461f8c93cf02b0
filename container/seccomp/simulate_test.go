package seccomp

import (
	"encoding/binary"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

// attempt is a system call as a filter sees it (struct seccomp_data).
type attempt struct {
	number       uint32
	architecture uint32
	arguments    [6]uint64
}

func (a attempt) String() string {
	return fmt.Sprintf("call %d (%#x) of architecture %#x with %#x", a.number, a.number, a.architecture, a.arguments)
}

func (a attempt) word(offset uint32) uint32 {
	switch {
	case offset == 0:
		return a.number
	case offset == 4:
		return a.architecture
	case offset >= 16 && offset < 64 && offset%8 == 0:
		return uint32(a.arguments[(offset-16)/8])
	case offset >= 16 && offset < 64 && offset%8 == 4:
		return uint32(a.arguments[(offset-16)/8] >> 32)
	}
	panic(fmt.Sprintf("load at %d", offset))
}

// decode reads a program.
func decode(t testing.TB, program string) []unix.SockFilter {
	t.Helper()
	if len(program)%8 != 0 || program == "" {
		t.Fatalf("a program of %d bytes", len(program))
	}
	var code []unix.SockFilter
	for text := []byte(program); len(text) > 0; text = text[8:] {
		code = append(code, unix.SockFilter{
			Code: binary.LittleEndian.Uint16(text), Jt: text[2], Jf: text[3], K: binary.LittleEndian.Uint32(text[4:]),
		})
	}
	return code
}

// simulate runs a program as the kernel does, and panics where the kernel would
// have refused it.
func simulate(code []unix.SockFilter, a attempt) verdict {
	var accumulator uint32
	for at := 0; ; at++ {
		i := code[at]
		jump := func(yes bool) {
			if yes {
				at += int(i.Jt)
			} else {
				at += int(i.Jf)
			}
		}
		switch i.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			accumulator = a.word(i.K)
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
			accumulator &= i.K
		case unix.BPF_JMP | unix.BPF_JA:
			at += int(i.K)
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			jump(accumulator == i.K)
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			jump(accumulator >= i.K)
		case unix.BPF_JMP | unix.BPF_JGT | unix.BPF_K:
			jump(accumulator > i.K)
		case unix.BPF_RET | unix.BPF_K:
			return verdict(i.K)
		default:
			panic(fmt.Sprintf("instruction %d has code %#x", at, i.Code))
		}
	}
}
