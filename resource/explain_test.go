package resource

import (
	"errors"
	"slices"
	"testing"
)

// object is a resource that is what its status says.
type object struct {
	name   string
	status Status
	err    error
}

func (o object) Kind() string           { return "object" }
func (o object) String() string         { return "object " + o.name }
func (o object) Create() error          { return nil }
func (o object) Remove() error          { return nil }
func (o object) Check() (Status, error) { return o.status, o.err }
func (o object) Explain() Steps {
	return Steps{Create: []string{"make " + o.name}, Remove: []string{"unmake " + o.name}}
}

func TestExplain(t *testing.T) {
	set := Set{
		object{name: "a", status: Status{State: Present}},
		object{name: "b", status: Status{State: Altered, Detail: "it is red"}},
		object{name: "c", status: Status{State: Absent}},
		object{name: "d", err: errors.New("no\nway")},
	}
	for _, test := range []struct {
		name      string
		got, want []string
	}{
		{"creation", set[:2].Explain().Create, []string{"# object a", "make a", "# object b", "make b"}},
		{"removal", set[:2].Explain().Remove, []string{"# object b", "unmake b", "# object a", "unmake a"}},
		{"what is there", set.Present().Explain().Create, []string{"# object a", "make a", "# object b", "make b", "# object d", "make d"}},
		{"how it stands", set.ExplainState().Create, []string{
			"# object a: present", "make a", "# object b: altered: it is red", "make b",
			"# object c: absent", "make c", "# object d: unknown: no; way", "make d",
		}},
	} {
		if !slices.Equal(test.got, test.want) {
			t.Errorf("%s: got %q, want %q", test.name, test.got, test.want)
		}
	}
}
