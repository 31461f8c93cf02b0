// Package memberstest finds fields that a structure has forgotten to list.
package memberstest

import (
	"bytes"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mydocker/internal/members"
)

// Survives gives every exported field of a structure a value, writes it and reads
// it again: nothing may be lost. blank is a pointer to one without values; but
// names fields that are not for the file.
func Survives(t testing.TB, blank any, but ...string) {
	t.Helper()
	read := reflect.New(reflect.TypeOf(blank).Elem())
	filled := reflect.ValueOf(blank)
	fill(t, filled.Elem(), but)
	text, err := members.Marshal(filled.Interface())
	if err != nil {
		t.Fatalf("writing %T: %v", blank, err)
	}
	if err := members.Unmarshal(text, read.Interface()); err != nil {
		t.Fatalf("reading %T: %v\n%s", blank, err, text)
	}
	all := cmp.Exporter(func(reflect.Type) bool { return true })
	layout := cmp.Transformer("compact", compact)
	if lost := cmp.Diff(filled.Interface(), read.Interface(), all, layout); lost != "" {
		t.Errorf("%T was read (+) otherwise than written (-):\n%s", blank, lost)
	}
}

// compact takes the space out of JSON.
func compact(text []byte) string {
	var short bytes.Buffer
	if json.Compact(&short, text) != nil {
		return string(text)
	}
	return short.String()
}

// fill gives a value, and all that is in it, something that is not empty.
func fill(t testing.TB, v reflect.Value, but []string) {
	t.Helper()
	if fillText(v) {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		fillFields(t, v, but)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(t, v.Elem(), nil)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(t, v.Index(0), nil)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(t, key, nil)
		fill(t, value, nil)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	default:
		fillScalar(t, v)
	}
}

func fillFields(t testing.TB, v reflect.Value, but []string) {
	t.Helper()
	for i := range v.NumField() {
		field := v.Type().Field(i)
		if field.IsExported() && !slices.Contains(but, field.Name) {
			fill(t, v.Field(i), nil)
		}
	}
}

func fillScalar(t testing.TB, v reflect.Value) {
	t.Helper()
	switch {
	case v.Kind() == reflect.String:
		v.SetString("<é\n\">")
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.CanInt():
		v.SetInt(-7)
	case v.CanUint():
		v.SetUint(1<<v.Type().Bits() - 1)
	default:
		t.Fatalf("there is no example of a %s", v.Type())
	}
}

// fillText fills what has a text of its own, such as a time or an address, or
// JSON of its own and no field that can be filled.
func fillText(v reflect.Value) bool {
	switch target := v.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		for _, text := range []string{"2026-11-30T04:48:28.021451424Z", "10.0.0.1", "10.0.0.1/24", "10.0.0.1:80"} {
			if target.UnmarshalText([]byte(text)) == nil {
				return true
			}
		}
	case json.Unmarshaler:
		return v.Kind() == reflect.Struct && !v.Type().Field(0).IsExported() && target.UnmarshalJSON([]byte(`[{"kind":"a","value":1}]`)) == nil
	}
	return false
}
