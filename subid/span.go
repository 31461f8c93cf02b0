package subid

import (
	"fmt"
	"strconv"
	"strings"
)

// span is consecutive IDs.
type span struct{ first, size uint32 }

func (s span) end() uint64 { return uint64(s.first) + uint64(s.size) }

func (s span) String() string { return fmt.Sprintf("%d-%d", s.first, s.end()-1) }

func (s span) overlaps(other span) bool {
	return uint64(s.first) < other.end() && uint64(other.first) < s.end()
}

// common gives the IDs that both have; none of them is a span of size 0.
func (s span) common(other span) span {
	first, end := max(s.first, other.first), min(s.end(), other.end())
	if uint64(first) >= end {
		return span{}
	}
	return span{first, uint32(end - uint64(first))}
}

// parseSpan reads what String wrote.
func parseSpan(text string) (span, bool) {
	from, to, found := strings.Cut(text, "-")
	first, err := strconv.ParseUint(from, 10, 32)
	last, err2 := strconv.ParseUint(to, 10, 32)
	if !found || err != nil || err2 != nil || last < first {
		return span{}, false
	}
	return span{uint32(first), uint32(last - first + 1)}, true
}

// newSpan refuses what would reach the last number, which means "no ID"
// (chown(2)).
func newSpan(first, size uint64) (span, bool) {
	const none = 1<<32 - 1
	if size == 0 || first > none || size > none || first+size > none {
		return span{}, false
	}
	return span{uint32(first), uint32(size)}, true
}
