// Package wire writes a value down for another process of the same program.
// Both ends know the type, so that nothing but the contents is written: this
// costs a tenth of JSON's time at a container's start, and strings keep their
// bytes, which need not be UTF-8.
//
// Integers are varints; strings, slices and maps begin with their length,
// pointers with 0 (nil) or 1, and nil slices and maps with length 0.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
)

// Encode writes down what value points at: structs, pointers, slices, maps
// with string keys, strings, integers and booleans, in any combination.
func Encode(value any) ([]byte, error) {
	return encode(nil, reflect.ValueOf(value).Elem())
}

func encode(text []byte, v reflect.Value) (_ []byte, err error) {
	switch v.Kind() {
	case reflect.Bool:
		if v.Bool() {
			return append(text, 1), nil
		}
		return append(text, 0), nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		return binary.AppendVarint(text, v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return binary.AppendUvarint(text, v.Uint()), nil
	case reflect.String:
		return append(binary.AppendUvarint(text, uint64(v.Len())), v.String()...), nil
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return append(text, 0), nil
		}
		if v.Kind() == reflect.Interface {
			return nil, fmt.Errorf("writing down a %s: not supported", v.Type())
		}
		return encode(append(text, 1), v.Elem())
	case reflect.Struct:
		for i := range v.NumField() {
			if text, err = encode(text, v.Field(i)); err != nil {
				return nil, err
			}
		}
		return text, nil
	case reflect.Slice, reflect.Array:
		text = binary.AppendUvarint(text, uint64(v.Len()))
		for i := range v.Len() {
			if text, err = encode(text, v.Index(i)); err != nil {
				return nil, err
			}
		}
		return text, nil
	case reflect.Map:
		text = binary.AppendUvarint(text, uint64(v.Len()))
		for entries := v.MapRange(); entries.Next(); {
			if text, err = encode(text, entries.Key()); err != nil {
				return nil, err
			}
			if text, err = encode(text, entries.Value()); err != nil {
				return nil, err
			}
		}
		return text, nil
	}
	return nil, fmt.Errorf("writing down a %s: not supported", v.Type())
}

// Decode fills what value points at, which must be zero, from what Encode made
// of the same type.
func Decode(text []byte, value any) error {
	d := decoder{text}
	err := d.decode(reflect.ValueOf(value).Elem())
	if err == nil && len(d.text) > 0 {
		err = errors.New("reading what was written down: there is more than fits")
	}
	return err
}

type decoder struct{ text []byte }

var errShort = errors.New("reading what was written down: it is cut off")

func (d *decoder) decode(v reflect.Value) error {
	switch v.Kind() {
	case reflect.Int, reflect.Int32, reflect.Int64:
		n, size := binary.Varint(d.text)
		v.SetInt(n)
		return d.skipNumber(size)
	case reflect.Struct:
		for i := range v.NumField() {
			if err := d.decode(v.Field(i)); err != nil {
				return err
			}
		}
		return nil
	}
	n, size := binary.Uvarint(d.text)
	if err := d.skipNumber(size); err != nil {
		return err
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(n != 0)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(n)
	case reflect.Pointer:
		if n != 0 {
			v.Set(reflect.New(v.Type().Elem()))
			return d.decode(v.Elem())
		}
	case reflect.Interface: // always nil
	default:
		return d.decodeMany(v, n)
	}
	return nil
}

// decodeMany reads what began with its length.
func (d *decoder) decodeMany(v reflect.Value, length uint64) error {
	if length > uint64(len(d.text)) {
		return errShort // each element takes a byte or more
	}
	n := int(length)
	switch v.Kind() {
	case reflect.String:
		v.SetString(string(d.text[:n]))
		d.text = d.text[n:]
		return nil
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && n > 0 {
			v.Set(reflect.MakeSlice(v.Type(), n, n))
		}
		if n != v.Len() {
			return fmt.Errorf("reading a %s: it has %d elements", v.Type(), n)
		}
		for i := range n {
			if err := d.decode(v.Index(i)); err != nil {
				return err
			}
		}
		return nil
	case reflect.Map:
		return d.decodeMap(v, n)
	}
	return fmt.Errorf("reading a %s: not supported", v.Type())
}

func (d *decoder) decodeMap(v reflect.Value, length int) error {
	if length > 0 {
		v.Set(reflect.MakeMapWithSize(v.Type(), length))
	}
	for range length {
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := errors.Join(d.decode(key), d.decode(value)); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

// skipNumber passes over a number; it has no size if it is cut off.
func (d *decoder) skipNumber(size int) error {
	if size <= 0 {
		return errShort
	}
	d.text = d.text[size:]
	return nil
}
