package subid

import (
	"bytes"
	"os"
	"strconv"
)

// usedByProcesses lists the IDs onto which some process' user namespace is
// mapped (user_namespaces(7)): other programs hand out IDs too, perhaps from
// the same lines of /etc/subuid.
func usedByProcesses() ([]span, error) {
	proc, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer proc.Close()
	names, err := proc.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var used []span
	own, _ := os.Readlink("/proc/self/ns/user")
	seen := map[string]bool{own: true}
	for _, name := range names {
		if name[0] < '0' || name[0] > '9' {
			continue
		}
		namespace, err := os.Readlink("/proc/" + name + "/ns/user")
		if err != nil || seen[namespace] {
			continue // the process has ended, or others have told
		}
		seen[namespace] = true
		for _, file := range []string{"uid_map", "gid_map"} {
			text, _ := os.ReadFile("/proc/" + name + "/" + file)
			used = append(used, parseMap(text)...)
		}
	}
	return used, nil
}

// everything is how many IDs the host's own user namespace maps, onto
// themselves.
const everything = 1<<32 - 1

// parseMap reads lines of three numbers: the first ID inside, the first one
// outside, and how many.
func parseMap(text []byte) []span {
	var mapped []span
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) != 3 {
			continue
		}
		first, err := strconv.ParseUint(string(fields[1]), 10, 32)
		size, err2 := strconv.ParseUint(string(fields[2]), 10, 32)
		if s, valid := newSpan(first, size); err == nil && err2 == nil && valid && size < everything {
			mapped = append(mapped, s)
		}
	}
	return mapped
}
