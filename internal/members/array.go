package members

// Array makes a list of structures, whose pointers are Objects, a value that
// List's methods take.
func Array[T any, P object[T]](items *[]T) any { return array[T, P]{items} }

// object is the Object of a structure T.
type object[T any] interface {
	*T
	Object
}

type array[T any, P object[T]] struct{ items *[]T }

func (a array[T, P]) IsZero() bool { return len(*a.items) == 0 }

func (a array[T, P]) write(l *List) {
	l.writeElements(*a.items == nil, func() {
		for i := range *a.items {
			l.writeObject(P(&(*a.items)[i]))
		}
	})
}

func (a array[T, P]) read(l *List) {
	*a.items = nil
	l.readElements(func() { *a.items = []T{} }, func() {
		var item T
		l.readObject(P(&item))
		*a.items = append(*a.items, item)
	})
}
