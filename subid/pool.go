package subid

import (
	"fmt"
	"hash/fnv"
)

// Pool is what one instance of mydocker hands out. Whoever takes a range
// from it holds a lock from Choose until the range is made.
type Pool struct {
	Directory string // of the ranges; it need not exist
	Source    Source
}

// Choose gives a range of the wanted size that no container of this instance
// has and no process of the host uses. Where the search begins depends on the
// owner, so that a range rests for long before another container has it, and
// that two instances hardly meet.
func (p Pool) Choose(size uint32, owner string) (*Range, error) {
	spans, err := p.Source.spans()
	if err != nil {
		return nil, err
	}
	taken, err := p.leased()
	if err != nil {
		return nil, fmt.Errorf("choosing IDs: %w", err)
	}
	used, err := usedByProcesses()
	if err != nil {
		return nil, fmt.Errorf("choosing IDs: %w", err)
	}
	found, ok := search(spans, append(taken, used...), size, owner)
	if !ok {
		return nil, fmt.Errorf("choosing IDs: no %d in a row are free of those that %q and %q give to %q; give it more there, or remove a container that has some (\"mydocker ps\")",
			size, p.Source.Users, p.Source.Groups, Account)
	}
	return &Range{Directory: p.Directory, First: found.first, Size: size, Owner: owner}, nil
}

// search goes once round the places for a range, which lie end to end, and then
// looks for one that ranges of other sizes have left.
func search(spans, taken []span, size uint32, owner string) (span, bool) {
	var places uint64
	for _, s := range spans {
		places += uint64(s.size / size)
	}
	if places == 0 {
		return span{}, false
	}
	hash := fnv.New64a()
	hash.Write([]byte(owner))
	begin := hash.Sum64() % places
	for i := range places {
		if candidate := place(spans, (begin+i)%places, size); isFree(candidate, taken) {
			return candidate, true
		}
	}
	return gap(spans, taken, size)
}

// gap finds a free range that begins where another one ends, or at the very
// beginning.
func gap(spans, taken []span, size uint32) (span, bool) {
	for _, s := range spans {
		begins := []uint64{uint64(s.first)}
		for _, other := range taken {
			begins = append(begins, other.end())
		}
		for _, begin := range begins {
			candidate, valid := newSpan(begin, uint64(size))
			if valid && candidate.common(s) == candidate && isFree(candidate, taken) {
				return candidate, true
			}
		}
	}
	return span{}, false
}

// place gives the place with a number.
func place(spans []span, number uint64, size uint32) span {
	for _, s := range spans {
		if fits := uint64(s.size / size); number >= fits {
			number -= fits
			continue
		}
		return span{s.first + uint32(number)*size, size}
	}
	return span{}
}

func isFree(candidate span, taken []span) bool {
	for _, other := range taken {
		if candidate.overlaps(other) {
			return false
		}
	}
	return true
}

// leased lists what the instance's containers have.
func (p Pool) leased() ([]span, error) {
	ranges, err := Ranges(p.Directory)
	var taken []span
	for _, given := range ranges {
		taken = append(taken, given.span())
	}
	return taken, err
}
