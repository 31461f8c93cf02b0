package resource

import "fmt"

// ForeignError says that an object of the wanted name exists and belongs to
// somebody else. Nobody may remove it on mydocker's behalf.
type ForeignError struct {
	Object string // such as `link "testbr"`
	Owner  string // who has it, as far as that can be told
}

func (e *ForeignError) Error() string {
	if e.Owner == "" {
		return fmt.Sprintf("%s exists and is not mydocker's", e.Object)
	}
	return fmt.Sprintf("%s exists and belongs to %s", e.Object, e.Owner)
}
