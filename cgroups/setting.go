package cgroups

import (
	"os"
	"strconv"
	"strings"
)

// Setting is a limit as the kernel takes it: a value for a file of the cgroup.
type Setting struct {
	File   string
	Value  string
	Format Format
}

// Format says how the kernel writes a value down when it is read back.
type Format int

const (
	Plain Format = iota // as it was written
	Bytes               // rounded down to whole pages
	IDs                 // a list of CPUs or memory nodes, in the kernel's own spelling
)

// Matches tells whether what was read from the file is what was written.
func (s Setting) Matches(found string) bool {
	found = strings.TrimSpace(found)
	switch s.Format {
	case Bytes:
		return found == wholePages(s.Value)
	case IDs:
		return sameIDs(s.Value, found)
	default:
		return found == s.Value
	}
}

func wholePages(value string) string {
	bytes, err := strconv.ParseInt(value, 10, 64)
	if err != nil {
		return value
	}
	return strconv.FormatInt(bytes-bytes%int64(os.Getpagesize()), 10)
}

func sameIDs(a, b string) bool {
	first, err := ParseIDList(a)
	if err != nil {
		return false
	}
	second, err := ParseIDList(b)
	return err == nil && first.Equal(second)
}
