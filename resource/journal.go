package resource

import (
	"errors"
	"fmt"

	json "github.com/go-json-experiment/json/v1"
)

// Entry is a resource as a state file holds it.
type Entry struct {
	Kind  string          `json:"kind"`
	Value json.RawMessage `json:"value"`
}

// Journal is a Set in its serialised form, in the same order.
type Journal []Entry

// Encode writes a set down.
func Encode(s Set) (Journal, error) {
	journal := make(Journal, 0, len(s))
	for _, r := range s {
		value, err := json.Marshal(r)
		if err != nil {
			return nil, fmt.Errorf("recording %s: %w", r, err)
		}
		journal = append(journal, Entry{Kind: r.Kind(), Value: value})
	}
	return journal, nil
}

// Decode reads a set back. blank gives an empty resource, a pointer, of the
// kind that it is asked for, and nil for a kind that it does not know.
func (j Journal) Decode(blank func(kind string) Resource) (Set, error) {
	set := make(Set, 0, len(j))
	for _, entry := range j {
		r := blank(entry.Kind)
		if r == nil {
			return nil, fmt.Errorf("reading resource: unknown kind %q; it was written by a newer mydocker", entry.Kind)
		}
		if err := entry.fill(r); err != nil {
			return nil, fmt.Errorf("reading resource of kind %q: %w", entry.Kind, err)
		}
		set = append(set, r)
	}
	return set, nil
}

// fill reads the value into r. A value that is missing would leave r blank, and
// a blank resource may name something that is nobody's.
func (e Entry) fill(r Resource) error {
	if len(e.Value) == 0 || string(e.Value) == "null" {
		return errors.New("its value is missing")
	}
	return json.Unmarshal(e.Value, r)
}
