package members

import "github.com/go-json-experiment/json/jsontext"

// Pointer makes a pointer, which is nil where there is null or no member, a
// value that List's methods take. What it points to must be one as well.
func Pointer[T any](at **T) any {
	return pointer[T]{at, func(target *T) any { return target }}
}

// Foreign is Pointer for a structure of another module, whose members somebody
// else lists.
func Foreign[T any](at **T, members func(*T, *List)) any {
	return pointer[T]{at, func(target *T) any { return foreign[T]{target, members} }}
}

type pointer[T any] struct {
	at    **T
	value func(*T) any // for List's methods
}

func (p pointer[T]) IsZero() bool { return *p.at == nil }

func (p pointer[T]) write(l *List) {
	if *p.at == nil {
		l.put(jsontext.Null)
		return
	}
	l.writeValue(p.value(*p.at))
}

func (p pointer[T]) read(l *List) {
	*p.at = nil
	if l.decoder.PeekKind() == jsontext.KindNull {
		_, l.err = l.decoder.ReadToken()
		return
	}
	*p.at = new(T)
	l.readValue(p.value(*p.at))
}

type foreign[T any] struct {
	structure *T
	members   func(*T, *List)
}

func (f foreign[T]) Members(list *List) { f.members(f.structure, list) }
