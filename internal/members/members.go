// Package members turns structures into JSON objects and back by a list of
// their members, which each structure gives in a method. A library that finds
// them by reflection has to study every type in every process before it
// reads the first value: half a millisecond for the records of one container, of
// which a command of mydocker's reads and writes a few and ends.
//
// The syntax is the library's, package jsontext; what a member's type is not
// known here for, package json reads and writes.
package members

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"
)

// Object is a structure that lists the members of its JSON. It is a pointer,
// and calls the same methods of the list in the same order whether it is being
// read or written.
type Object interface {
	Members(*List)
}

// composite is a value that knows how to read and write what is in it.
type composite interface {
	IsZero() bool
	write(*List)
	read(*List)
}

// List is given the members of an object, one after the other. Supported are
// pointers to string, bool, int, int64, uint16, uint32, uint64 and []string, Objects,
// and whatever package json can read and write.
type List struct {
	encoder *jsontext.Encoder // nil: the object is being read
	decoder *jsontext.Decoder

	next []byte // the name of the member that can be read, until then
	over bool   // there is none
	read bool   // one was read in this round
	err  error
}

// Always adds a member that is written whatever its value is.
func (l *List) Always(name string, value any) {
	switch {
	case l.err != nil:
	case l.encoder != nil:
		l.write(name, value)
	case !l.over && string(l.next) == name:
		l.take(name, value)
	}
}

// Given adds a member that is not written while its value is empty: false, 0,
// "", nothing in a list or map, all zero in a structure.
func (l *List) Given(name string, value any) {
	if l.encoder == nil || !isEmpty(value) {
		l.Always(name, value)
	}
}

// options are those of encoding/json: names may come twice, and what is not
// UTF-8 is replaced. Errors are told in the new library's words.
var options = sync.OnceValue(func() json.Options {
	return json.JoinOptions(jsonv1.DefaultOptionsV1(), jsonv1.ReportErrorsWithLegacySemantics(false))
})

// readers are kept for the next text: a listing reads a thousand of them.
var readers = sync.Pool{New: func() any { return &List{decoder: new(jsontext.Decoder)} }}

// Marshal gives the JSON of an object, or of another value that List's methods
// take. Each member has a line of its own.
func Marshal(value any) ([]byte, error) {
	return marshal(value, jsontext.WithIndent("  "))
}

// MarshalCompact is Marshal without any space between the members.
func MarshalCompact(value any) ([]byte, error) { return marshal(value) }

// MarshalReadable is MarshalCompact for people: "<", ">" and "&" are not escaped.
func MarshalReadable(value any) ([]byte, error) {
	return marshal(value, jsontext.EscapeForHTML(false), jsontext.EscapeForJS(false))
}

func marshal(value any, more ...json.Options) ([]byte, error) {
	var text bytes.Buffer
	l := &List{encoder: jsontext.NewEncoder(&text, options(), json.JoinOptions(more...))}
	l.writeValue(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n")), l.err
}

// Unmarshal reads what Marshal gives. Members that an object does not list are
// passed over, and those that the JSON has not stay as they are.
func Unmarshal(text []byte, value any) error {
	l := readers.Get().(*List)
	defer readers.Put(l)
	*l = List{decoder: l.decoder, next: l.next}
	l.decoder.Reset(bytes.NewBuffer(text), options())
	l.readValue(value)
	l.readEnd()
	return l.err
}

// readEnd refuses what follows a value.
func (l *List) readEnd() {
	if l.err != nil {
		return
	}
	if _, err := l.decoder.ReadToken(); err == nil {
		l.err = errors.New("something follows the JSON value")
	} else if err != io.EOF {
		l.err = err
	}
}
