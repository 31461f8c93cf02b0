package snapshot

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"mydocker/internal/process"
)

// A Process is one that runs and belongs to a scope.
type Process struct {
	PID     int
	Start   uint64 // clock ticks since boot
	Command string // its arguments, or its name in brackets when it has none
	parent  int
}

// Members gives the processes that show by themselves that they belong to the
// scope, and all that descend from those. The calling process is never one.
func (s Scope) Members() ([]Process, error) {
	all, err := processes()
	if err != nil {
		return nil, err
	}
	claims := s.claim()
	member := map[int]bool{}
	for _, p := range all {
		member[p.PID] = claims.own(p.PID)
	}
	for changed := true; changed; {
		changed = false
		for _, p := range all {
			descends := p.parent == s.Ancestor && s.Ancestor != 0 || member[p.parent]
			if descends && !member[p.PID] {
				member[p.PID], changed = true, true
			}
		}
	}
	return slices.DeleteFunc(all, func(p Process) bool { return !member[p.PID] }), nil
}

// kthreadd is the parent of every thread of the kernel's own.
const kthreadd = 2

// processes lists all that run, but the calling one and those of the kernel. A
// process that ends meanwhile is passed over, and so is a zombie.
func processes() ([]Process, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, err
	}
	var all []Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() || pid == kthreadd {
			continue
		}
		above := parent(pid)
		if above == kthreadd {
			continue
		}
		if start, err := process.Start(pid); err == nil {
			all = append(all, Process{PID: pid, Start: start, Command: command(pid), parent: above})
		}
	}
	return all, nil
}

// claims are what shows of a process that it belongs to a scope.
type claims struct {
	roots, ids []string
	network    string          // the namespace that only the calling thread can have given it, if there is one
	everybodys string          // the mount namespace of the program
	mounts     map[string]bool // the others, and whether something of the scope is mounted there
}

func (s Scope) claim() claims {
	c := claims{roots: s.Roots, mounts: map[string]bool{}}
	if s.IDs != nil {
		c.ids = s.IDs()
	}
	c.everybodys, _ = os.Readlink("/proc/self/ns/mnt")
	own, _ := os.Readlink("/proc/thread-self/ns/net")
	first, _ := os.Readlink("/proc/self/ns/net")
	if own != first {
		c.network = own
	}
	return c
}

// own tells whether a process shows by itself that it belongs: its environment,
// arguments or mounts name a state directory, it is in one of the scope's
// cgroups, or it shares the calling thread's network namespace.
func (c claims) own(pid int) bool {
	its, _ := os.Readlink(proc(pid, "ns/net"))
	return c.network != "" && its == c.network ||
		mentions(read(pid, "environ"), c.roots) || mentions(read(pid, "cmdline"), c.roots) ||
		c.caged(read(pid, "cgroup")) || c.mounted(pid)
}

func mentions(text string, words []string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return word != "" && strings.Contains(text, word) })
}

// caged tells whether one of the cgroups in /proc/PID/cgroup, whose lines are
// "ID:CONTROLLERS:PATH", is a container's or below it.
func (c claims) caged(cgroups string) bool {
	for line := range strings.Lines(cgroups) {
		_, path, _ := strings.Cut(line, "/")
		for name := range strings.SplitSeq(strings.TrimSpace(path), "/") {
			if name != "" && slices.Contains(c.ids, name) {
				return true
			}
		}
	}
	return false
}

// mounted looks at each mount namespace once. That of the whole program is
// everybody's.
func (c claims) mounted(pid int) bool {
	namespace, err := os.Readlink(proc(pid, "ns/mnt"))
	if err != nil || namespace == c.everybodys {
		return false
	}
	mounted, seen := c.mounts[namespace]
	if !seen {
		mounted = mentions(read(pid, "mountinfo"), c.roots)
		c.mounts[namespace] = mounted
	}
	return mounted
}

// Signal sends a signal to every process of the scope and gives them. It
// refuses where one of them is above the calling process: a scope like that is
// not what it was meant to be, and would take the rest of the machine along.
func (s Scope) Signal(signal unix.Signal) ([]Process, error) {
	members, err := s.Members()
	if err != nil {
		return nil, err
	}
	for above := os.Getppid(); above > 1; above = parent(above) {
		if slices.ContainsFunc(members, func(p Process) bool { return p.PID == above }) {
			return nil, fmt.Errorf("signalling the processes of scope %q: pid %d, below which this one runs, would be among them", s.Roots, above)
		}
	}
	for _, member := range members {
		process.Signal(member.PID, member.Start, signal) // it may have ended
	}
	return members, nil
}

func describe(members []Process) []string {
	var lines []string
	for _, p := range members {
		lines = append(lines, fmt.Sprintf("%d %s (started at tick %d)", p.PID, p.Command, p.Start))
	}
	return lines
}

// namespaces lists those that the members hold, each once, without those of
// the calling thread.
func namespaces(members []Process) []string {
	var held []string
	for _, p := range members {
		entries, _ := filepath.Glob(proc(p.PID, "ns/*"))
		for _, entry := range entries {
			namespace, err := os.Readlink(entry)
			own, _ := os.Readlink("/proc/thread-self/ns/" + filepath.Base(entry))
			if err == nil && namespace != own {
				held = append(held, namespace)
			}
		}
	}
	slices.Sort(held)
	return slices.Compact(held)
}

func command(pid int) string {
	arguments := strings.TrimRight(read(pid, "cmdline"), "\x00")
	if arguments == "" {
		return "[" + strings.TrimSpace(read(pid, "comm")) + "]"
	}
	return strings.ReplaceAll(arguments, "\x00", " ")
}

// parent reads field 4 of /proc/PID/stat (proc_pid_stat(5)); the name in field
// 2 may itself hold spaces and parentheses.
func parent(pid int) int {
	stat := []byte(read(pid, "stat"))
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	ppid, _ := strconv.Atoi(string(fields[1]))
	return ppid
}

// read gives what a file of a process says now, and nothing of one that has
// ended. There are hundreds to be read, and os.ReadFile makes thrice the system
// calls.
func read(pid int, file string) string {
	fd, err := unix.Open(proc(pid, file), unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return ""
	}
	defer unix.Close(fd)
	var content []byte
	for buffer := make([]byte, 16<<10); ; {
		n, err := unix.Read(fd, buffer)
		if err == unix.EINTR {
			continue
		}
		if n <= 0 || err != nil {
			return string(content)
		}
		content = append(content, buffer[:n]...)
	}
}

func proc(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }
