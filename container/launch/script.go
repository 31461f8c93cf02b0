package launch

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unsafe"
)

// script is what a launcher carries out. It lies in front of the launcher's code,
// which knows both by the same names (launcher_*.s).
type script struct {
	first, end *instruction // from the first to behind the last
	outcome    *Failure     // what it tells by Status at the end
	refusal    *byte        // what it says when nobody listens there
	length     uintptr      // of refusal
}

// instruction is a step in the plan's memory.
type instruction struct {
	number    uintptr
	arguments [6]uintptr
	wants     uintptr
	tolerates uintptr
	search    uintptr // 0 is no
	splits    uintptr // 0 is no
	store     *int32
	load      *int32
}

// lastCode is what launcher_*.s puts behind the code, so that one can see how long
// it is.
const lastCode = 0x6c61756e63686564

// script gives what is to be carried out, in the plan's memory.
func (p *Plan) script() script {
	instructions := make([]instruction, len(p.steps))
	for i, s := range p.steps {
		instructions[i] = instruction{
			number: s.number, arguments: s.arguments, wants: s.wants, tolerates: uintptr(s.tolerates),
			search: flag(s.search), splits: flag(s.splits), store: s.store, load: s.load,
		}
	}
	refusal := fmt.Appendf(nil, "mydocker: starting %q: it leads to mydocker's own launcher: refused\n", p.program.name)
	first := placeAll(p, instructions)
	return script{
		first: first, end: (*instruction)(unsafe.Add(unsafe.Pointer(first), len(instructions)*int(unsafe.Sizeof(*first)))),
		outcome: place(p, Failure{}), refusal: placeAll(p, refusal), length: uintptr(len(refusal)),
	}
}

func flag(set bool) uintptr {
	if set {
		return 1
	}
	return 0
}

// interpreter gives the address of the code.
func interpreter() unsafe.Pointer

// code is the launcher's, which runs wherever it is put.
func code() []byte {
	const most = 1 << 12 // the code is shorter, and so is what is in front of the text's end
	text := unsafe.Slice((*byte)(interpreter()), most)
	return text[:bytes.Index(text, binary.NativeEndian.AppendUint64(nil, lastCode))]
}
