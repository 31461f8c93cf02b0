package members

import (
	"cmp"
	"encoding"
	"fmt"
	"reflect"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

func (l *List) write(name string, value any) {
	l.put(jsontext.String(name))
	l.writeValue(value)
}

func (l *List) put(token jsontext.Token) {
	if l.err == nil {
		l.err = l.encoder.WriteToken(token)
	}
}

func (l *List) fail(err error) { l.err = cmp.Or(l.err, err) }

func (l *List) writeObject(o Object) {
	l.put(jsontext.BeginObject)
	o.Members(l)
	l.put(jsontext.EndObject)
}

func (l *List) writeValue(value any) {
	switch v := value.(type) {
	case *string:
		l.put(jsontext.String(*v))
	case *bool:
		l.put(jsontext.Bool(*v))
	case *int:
		l.put(jsontext.Int(int64(*v)))
	case *int64:
		l.put(jsontext.Int(*v))
	case *uint16:
		l.put(jsontext.Uint(uint64(*v)))
	case *uint32:
		l.put(jsontext.Uint(uint64(*v)))
	case *uint64:
		l.put(jsontext.Uint(*v))
	case *[]string:
		l.writeStrings(*v)
	case composite:
		v.write(l)
	case Object:
		l.writeObject(v)
	case encoding.TextMarshaler:
		l.writeText(v)
	case json.Marshaler:
		l.writeJSON(v)
	default:
		l.writeOther(value)
	}
}

func (l *List) writeStrings(list []string) {
	l.writeElements(list == nil, func() {
		for _, each := range list {
			l.put(jsontext.String(each))
		}
	})
}

// writeElements writes an array, of which elements writes what is in it, or null.
func (l *List) writeElements(null bool, elements func()) {
	if null {
		l.put(jsontext.Null)
		return
	}
	l.put(jsontext.BeginArray)
	elements()
	l.put(jsontext.EndArray)
}

func (l *List) writeText(value encoding.TextMarshaler) {
	text, err := value.MarshalText()
	l.fail(err)
	l.put(jsontext.String(string(text)))
}

func (l *List) writeJSON(value json.Marshaler) {
	text, err := value.MarshalJSON()
	l.fail(err)
	if l.err == nil {
		l.err = l.encoder.WriteValue(text)
	}
}

func (l *List) writeOther(value any) {
	if isObject(reflect.TypeOf(value)) {
		l.fail(fmt.Errorf("%T was given and not what lists its members: a pointer to it, or Array", value))
	}
	if l.err == nil {
		l.err = json.MarshalEncode(l.encoder, value)
	}
}

// isObject tells whether the values of a type, or what they point to or hold, list
// their members, of which package json knows nothing.
func isObject(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		return isObject(t.Elem())
	}
	return reflect.PointerTo(t).Implements(reflect.TypeFor[Object]())
}

// isEmpty tells whether what value points at is empty.
func isEmpty(value any) bool {
	if v, ok := value.(interface{ IsZero() bool }); ok {
		return v.IsZero()
	}
	switch v := reflect.ValueOf(value).Elem(); v.Kind() {
	case reflect.Slice, reflect.Map:
		return v.Len() == 0
	default:
		return v.IsZero()
	}
}
