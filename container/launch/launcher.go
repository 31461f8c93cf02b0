package launch

import (
	"os"
	"unsafe"
)

// A launcher is a program of a few pages that is written for one start: a plan, at
// the addresses that it has here, and the code that carries it out. So a process
// that is to become a container's program has nothing of mydocker, neither of its
// memory nor its executable, and none of that memory is copied when it is written
// to meanwhile.

const launcherName = "mydocker-launcher"

// IsLauncher tells whether what /proc/PID/exe leads to has the name of a launcher. A
// program can take that name.
func IsLauncher(path string) bool {
	return path == "/memfd:"+launcherName+" (deleted)" || path == "/"+launcherName+" (deleted)" // memfd_create(2), a tmpfs
}

// launcher gives the launcher of a plan that is complete, as a file.
func (p *Plan) launcher() (*os.File, error) {
	var own memory
	defer own.release()
	script := p.script()
	text := own.text(script, code())
	segments := append(p.memory.segments(), segment{content: text, executable: true})
	return newExecutable(launcherName, func(file *os.File) error {
		return writeProgram(file, segments, address(&text[unsafe.Sizeof(script)]))
	})
}

// text lays out the script with the code behind it.
func (m *memory) text(s script, code []byte) []byte {
	size := unsafe.Sizeof(s) + uintptr(len(code))
	start := m.take(size)
	*(*script)(start) = s
	text := unsafe.Slice((*byte)(start), size)
	copy(text[unsafe.Sizeof(s):], code)
	return text
}

// segments gives what of the memory is taken.
func (m *memory) segments() (segments []segment) {
	for _, block := range m.blocks {
		segments = append(segments, segment{content: block.content[:block.taken]})
	}
	return segments
}
