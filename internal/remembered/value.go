// Package remembered keeps what was found out once. Unlike sync.OnceValues, it
// keeps no failure: what stood in the way may be over the next time.
package remembered

import "sync"

// Value is found out by whoever asks first. Its zero value is ready for use.
type Value[T any] struct {
	mutex sync.Mutex
	value T
	known bool
}

// Get gives the value, which it finds unless it is known.
func (v *Value[T]) Get(find func() (T, error)) (T, error) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.known {
		return v.value, nil
	}
	found, err := find()
	v.value, v.known = found, err == nil
	return found, err
}
