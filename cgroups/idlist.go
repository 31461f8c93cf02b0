package cgroups

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// IDList is a set of CPUs or memory nodes, as cpuset(7) lists them in its
// "list format": "0-2,5". The ranges ascend and do not touch, so that equal
// sets are equal lists.
type IDList []IDRange

// IDRange holds first, last and all between.
type IDRange struct{ First, Last int }

// ParseIDList reads the list format. The empty string is the empty set.
func ParseIDList(text string) (IDList, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	var list IDList
	for part := range strings.SplitSeq(text, ",") {
		ids, err := parseIDRange(part)
		if err != nil {
			return nil, fmt.Errorf("parsing list %q: %w", text, err)
		}
		list = append(list, ids)
	}
	return list.normal(), nil
}

func parseIDRange(text string) (IDRange, error) {
	first, last, isRange := strings.Cut(text, "-")
	if !isRange {
		last = first
	}
	from, err := strconv.ParseUint(first, 10, 31)
	if err != nil {
		return IDRange{}, fmt.Errorf(`%q is not a number; write it as "0-2,5"`, first)
	}
	to, err := strconv.ParseUint(last, 10, 31)
	if err != nil {
		return IDRange{}, fmt.Errorf(`%q is not a number; write it as "0-2,5"`, last)
	}
	if to < from {
		return IDRange{}, fmt.Errorf("range %q runs backwards", text)
	}
	return IDRange{int(from), int(to)}, nil
}

// normal sorts the ranges and joins those that overlap or touch.
func (l IDList) normal() IDList {
	slices.SortFunc(l, func(a, b IDRange) int { return cmp.Compare(a.First, b.First) })
	joined := l[:1]
	for _, next := range l[1:] {
		last := &joined[len(joined)-1]
		if next.First > last.Last+1 {
			joined = append(joined, next)
			continue
		}
		last.Last = max(last.Last, next.Last)
	}
	return joined
}

// Equal tells whether both hold the same IDs.
func (l IDList) Equal(other IDList) bool { return slices.Equal(l, other) }

// Count is the number of IDs.
func (l IDList) Count() int {
	count := 0
	for _, ids := range l {
		count += ids.Last - ids.First + 1
	}
	return count
}

// FirstOutside gives the lowest ID that other does not hold.
func (l IDList) FirstOutside(other IDList) (id int, outside bool) {
	for _, ids := range l {
		if id := other.firstMissing(ids.First); id <= ids.Last {
			return id, true
		}
	}
	return 0, false
}

// firstMissing gives the lowest ID from id on that the list does not hold.
func (l IDList) firstMissing(id int) int {
	for _, ids := range l {
		if ids.First <= id && id <= ids.Last {
			return ids.Last + 1
		}
	}
	return id
}

// String writes the list format.
func (l IDList) String() string {
	parts := make([]string, len(l))
	for i, ids := range l {
		parts[i] = strconv.Itoa(ids.First)
		if ids.Last > ids.First {
			parts[i] += "-" + strconv.Itoa(ids.Last)
		}
	}
	return strings.Join(parts, ",")
}
