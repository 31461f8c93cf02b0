package members

import (
	"encoding"
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// readObject has the object list its members again and again, until all that
// are there were read. One round is enough for members in the order of the list.
func (l *List) readObject(o Object) {
	if !l.begins(jsontext.KindBeginObject) {
		return
	}
	for l.advance(); l.err == nil && !l.over; {
		l.read = false
		o.Members(l)
		if !l.read && l.err == nil && !l.over {
			l.err = l.decoder.SkipValue() // nobody knows it
			l.advance()
		}
	}
	l.over = false
}

// begins reads the beginning of an object or array. It is false for null, which
// leaves everything as it is.
func (l *List) begins(kind jsontext.Kind) bool {
	if l.err != nil {
		return false
	}
	token, err := l.decoder.ReadToken()
	if err != nil || token.Kind() == jsontext.KindNull {
		l.err = err
		return false
	}
	if token.Kind() != kind {
		l.err = fmt.Errorf("%s in place of %s", token.Kind(), kind)
	}
	return l.err == nil
}

// advance reads the name of the next member.
func (l *List) advance() {
	if l.err != nil {
		return
	}
	if l.decoder.PeekKind() == jsontext.KindEndObject {
		_, l.err = l.decoder.ReadToken()
		l.over = true
		return
	}
	var quoted jsontext.Value
	if quoted, l.err = l.decoder.ReadValue(); l.err == nil {
		l.next = appendUnquoted(l.next[:0], quoted)
	}
}

// take reads the value of the member whose name was read.
func (l *List) take(name string, value any) {
	l.readValue(value)
	if l.err != nil {
		l.err = fmt.Errorf("member %q: %w", name, l.err)
	}
	l.read = true
	l.advance()
}

func (l *List) readValue(value any) {
	switch v := value.(type) {
	case *string:
		l.readString(v)
	case *bool:
		l.readBool(v)
	case *int:
		readSigned(l, v)
	case *int64:
		readSigned(l, v)
	case *uint16:
		readUnsigned(l, v)
	case *uint32:
		readUnsigned(l, v)
	case *uint64:
		readUnsigned(l, v)
	case *[]string:
		l.readStrings(v)
	case composite:
		v.read(l)
	case Object:
		l.readObject(v)
	case encoding.TextUnmarshaler:
		l.readText(v)
	case json.Unmarshaler:
		l.readJSON(v)
	default:
		l.err = json.UnmarshalDecode(l.decoder, value)
	}
}

func (l *List) readStrings(list *[]string) {
	*list = nil
	l.readElements(func() { *list = []string{} }, func() {
		var each string
		l.readString(&each)
		*list = append(*list, each)
	})
}

// readElements reads an array: begin is called when there is one, and not null,
// and element has to read the next element.
func (l *List) readElements(begin, element func()) {
	if !l.begins(jsontext.KindBeginArray) {
		return
	}
	for begin(); l.err == nil && l.decoder.PeekKind() != jsontext.KindEndArray; {
		element()
	}
	if l.err == nil {
		_, l.err = l.decoder.ReadToken()
	}
}
