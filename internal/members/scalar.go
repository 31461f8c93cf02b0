package members

import (
	"encoding"
	"fmt"
	"strconv"
	"unicode/utf8"
	"unsafe"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// scalar reads a value of a kind. It is nil for null.
func (l *List) scalar(kinds ...jsontext.Kind) jsontext.Value {
	var value jsontext.Value
	if value, l.err = l.decoder.ReadValue(); l.err != nil || value.Kind() == jsontext.KindNull {
		return nil
	}
	for _, kind := range kinds {
		if value.Kind() == kind {
			return value
		}
	}
	l.err = fmt.Errorf("%s in place of %s", value.Kind(), kinds[0])
	return nil
}

func (l *List) readString(s *string) {
	if quoted := l.scalar(jsontext.KindString); quoted != nil {
		*s = unquote(quoted)
	}
}

// unquote gives the text of a JSON string, most of which are as they stand.
func unquote(quoted jsontext.Value) string {
	if plain := quoted[1 : len(quoted)-1]; isPlain(plain) {
		return string(plain)
	}
	return string(appendUnquoted(nil, quoted))
}

// appendUnquoted takes a JSON string that has been read, in which nothing can be
// wrong but what is not UTF-8. That is replaced.
func appendUnquoted(to []byte, quoted jsontext.Value) []byte {
	to, _ = jsontext.AppendUnquote(to, quoted)
	return to
}

// isPlain tells whether there are no escapes and nothing that may not be UTF-8.
func isPlain(text []byte) bool {
	for _, each := range text {
		if each == '\\' || each >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (l *List) readBool(b *bool) {
	if word := l.scalar(jsontext.KindTrue, jsontext.KindFalse); word != nil {
		*b = word.Kind() == jsontext.KindTrue
	}
}

func readSigned[T int | int64](l *List, n *T) {
	if digits := l.scalar(jsontext.KindNumber); digits != nil {
		var number int64
		number, l.err = strconv.ParseInt(string(digits), 10, 8*int(unsafe.Sizeof(*n)))
		*n = T(number)
	}
}

func readUnsigned[T uint16 | uint32 | uint64](l *List, n *T) {
	if digits := l.scalar(jsontext.KindNumber); digits != nil {
		var number uint64
		number, l.err = strconv.ParseUint(string(digits), 10, 8*int(unsafe.Sizeof(*n)))
		*n = T(number)
	}
}

func (l *List) readText(value encoding.TextUnmarshaler) {
	if quoted := l.scalar(jsontext.KindString); quoted != nil {
		l.err = value.UnmarshalText(appendUnquoted(nil, quoted))
	}
}

func (l *List) readJSON(value json.Unmarshaler) {
	var text jsontext.Value
	if text, l.err = l.decoder.ReadValue(); l.err == nil {
		l.err = value.UnmarshalJSON(text)
	}
}
