package remembered

import (
	"errors"
	"testing"
)

func TestOnlySuccessIsKept(t *testing.T) {
	var number Value[int]
	asked := 0
	find := func() (int, error) {
		if asked++; asked == 1 {
			return 0, errors.New("not now")
		}
		return asked, nil
	}
	if _, err := number.Get(find); err == nil {
		t.Error("a failure is not told")
	}
	for range 2 {
		if got, err := number.Get(find); got != 2 || err != nil {
			t.Errorf("got %d, %v; want what was found at the second try", got, err)
		}
	}
}
