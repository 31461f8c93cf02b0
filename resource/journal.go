package resource

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"mydocker/internal/members"
)

// Journal is a Set in its serialised form, in the same order. As part of a state
// file it is taken apart only when it is asked: a listing reads a thousand.
type Journal struct {
	text []byte
}

// entry is a resource as a state file holds it.
type entry struct {
	Kind  string
	Value jsontext.Value
}

// Members implements members.Object.
func (e *entry) Members(list *members.List) {
	list.Always("kind", &e.Kind)
	list.Always("value", &e.Value)
}

// Encode writes a set down.
func Encode(s Set) (Journal, error) {
	entries := make([]entry, 0, len(s))
	for _, r := range s {
		value, err := members.MarshalCompact(r)
		if err != nil {
			return Journal{}, fmt.Errorf("recording %s: %w", r, err)
		}
		entries = append(entries, entry{Kind: r.Kind(), Value: value})
	}
	text, err := members.MarshalCompact(members.Array(&entries))
	return Journal{text}, err
}

// MarshalJSON implements json.Marshaler.
func (j Journal) MarshalJSON() ([]byte, error) {
	if j.text == nil {
		return []byte("null"), nil
	}
	return j.text, nil
}

// UnmarshalJSON implements json.Unmarshaler. Check tells whether the text can be
// read.
func (j *Journal) UnmarshalJSON(text []byte) error {
	j.text = bytes.Clone(text)
	return nil
}

// Check tells what is wrong with a journal that is no list of resources.
func (j Journal) Check() error {
	_, err := j.entries()
	return err
}

func (j Journal) entries() (entries []entry, err error) {
	if j.text != nil {
		err = members.Unmarshal(j.text, members.Array(&entries))
	}
	if err != nil {
		err = fmt.Errorf("reading resources: %w", err)
	}
	return entries, err
}

// Has tells whether there is a resource of a kind, in a journal that can be read.
func (j Journal) Has(kind string) bool {
	entries, _ := j.entries()
	return slices.ContainsFunc(entries, func(e entry) bool { return e.Kind == kind })
}

// Decode reads a set back. blank gives an empty resource, a pointer, of the
// kind that it is asked for, and nil for a kind that it does not know.
func (j Journal) Decode(blank func(kind string) Resource) (Set, error) {
	entries, err := j.entries()
	if err != nil {
		return nil, err
	}
	set := make(Set, 0, len(entries))
	for _, entry := range entries {
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
func (e entry) fill(r Resource) error {
	if len(e.Value) == 0 || string(e.Value) == "null" {
		return errors.New("its value is missing")
	}
	return members.Unmarshal(e.Value, r)
}
