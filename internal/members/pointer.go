package members

import "github.com/go-json-experiment/json/jsontext"

// Pointer makes a pointer, which is nil where there is null or no member, a
// value that List's methods take. What it points to must be one as well.
func Pointer[T any](at **T) any { return pointer[T]{at} }

// Foreign is Pointer for a structure of another module, whose members somebody
// else lists.
func Foreign[T any](at **T, members func(*T, *List)) any { return foreign[T]{pointer[T]{at}, members} }

type pointer[T any] struct{ at **T }

func (p pointer[T]) IsZero() bool { return *p.at == nil }

func (p pointer[T]) write(l *List) {
	if *p.at == nil {
		l.put(jsontext.Null)
		return
	}
	l.writeValue(*p.at)
}

func (p pointer[T]) read(l *List) {
	if p.begins(l) {
		l.readValue(*p.at)
	}
}

// begins makes what is pointed to, unless there is null.
func (p pointer[T]) begins(l *List) bool {
	*p.at = nil
	if l.decoder.PeekKind() == jsontext.KindNull {
		_, l.err = l.decoder.ReadToken()
		return false
	}
	*p.at = new(T)
	return true
}

type foreign[T any] struct {
	pointer[T]
	members func(*T, *List)
}

func (f foreign[T]) write(l *List) {
	if *f.at == nil {
		l.put(jsontext.Null)
		return
	}
	l.writeObject(f)
}

func (f foreign[T]) read(l *List) {
	if f.begins(l) {
		l.readObject(f)
	}
}

// Members implements Object, which a value is only where there is one.
func (f foreign[T]) Members(list *List) { f.members(*f.at, list) }
