package members

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// house has a member of each sort.
type house struct {
	Street  string
	Number  int
	Size    uint64
	Garden  bool
	Built   time.Time
	Names   []string
	Kitchen room
	Rooms   []room
	Cellar  *room
	Rent    *int64
	Colours map[string]int // which package json reads
}

func (h *house) Members(list *List) {
	list.Always("street", &h.Street)
	list.Given("number", &h.Number)
	list.Given("size", &h.Size)
	list.Given("garden", &h.Garden)
	list.Given("built", &h.Built)
	list.Given("names", &h.Names)
	list.Given("kitchen", &h.Kitchen)
	list.Given("rooms", Array(&h.Rooms))
	list.Given("cellar", Pointer(&h.Cellar))
	list.Given("rent", Pointer(&h.Rent))
	list.Given("colours", &h.Colours)
}

type room struct {
	Doors  int
	Window string
}

func (r *room) Members(list *List) {
	list.Always("doors", &r.Doors)
	list.Given("window", &r.Window)
}

func example() *house {
	rent := int64(-5)
	return &house{
		Street: "Größe \"<\n", Number: -3, Size: 1<<64 - 1, Garden: true, Built: time.Date(2026, 11, 30, 1, 2, 3, 4, time.UTC),
		Names: []string{"", "b"}, Kitchen: room{Doors: 2}, Rooms: []room{{1, "n"}, {}}, Cellar: &room{Window: "s"}, Rent: &rent,
		Colours: map[string]int{"red": 1},
	}
}

const exampleText = `{"street":"Größe \"\u003c\n","number":-3,"size":18446744073709551615,"garden":true,` +
	`"built":"2026-11-30T01:02:03.000000004Z","names":["","b"],"kitchen":{"doors":2},"rooms":[{"doors":1,"window":"n"},{"doors":0}],` +
	`"cellar":{"doors":0,"window":"s"},"rent":-5,"colours":{"red":1}}`

func TestWrite(t *testing.T) {
	for _, test := range []struct {
		house *house
		want  string
	}{{example(), exampleText}, {&house{}, `{"street":""}`}, {&house{Names: []string{}, Rooms: []room{}}, `{"street":""}`}} {
		got, err := MarshalCompact(test.house)
		if err != nil || string(got) != test.want {
			t.Errorf("got %s, %v, want\n%s", got, err, test.want)
		}
	}
}

func TestWriteLines(t *testing.T) {
	got, err := Marshal(&room{Doors: 1, Window: "w"})
	if want := "{\n  \"doors\": 1,\n  \"window\": \"w\"\n}"; err != nil || string(got) != want {
		t.Errorf("got %s, %v, want\n%s", got, err, want)
	}
}

func TestWriteForPeople(t *testing.T) {
	h := &house{Street: "a&b", Colours: map[string]int{"<c>": 1}}
	if got, err := MarshalReadable(h); err != nil || string(got) != `{"street":"a&b","colours":{"<c>":1}}` {
		t.Errorf("got %s, %v", got, err)
	}
}

// Package json knows nothing of lists of members, and would use the names of Go's fields.
func TestWriteRefusesWhatDoesNotListItsMembers(t *testing.T) {
	for _, value := range []any{room{}, []room{}, &[]room{}, &[]*room{}, map[string]room{}} {
		if got, err := Marshal(value); err == nil {
			t.Errorf("%T was written as %s", value, got)
		}
	}
}

func TestRead(t *testing.T) {
	for text, want := range map[string]*house{
		exampleText: example(),
		// in any order, beside what nobody knows, at whatever depth
		`{"x":{"street":"no","y":[{}]},"rooms":[{"window":"n","x":[1],"doors":1},{}],"number":4,"street":"s","z":null}`: {
			Street: "s", Number: 4, Rooms: []room{{1, "n"}, {}}},
		// the last of those that come twice
		`{"street":"a","street":"b","names":["x"],"names":["y"]}`:                                                                     {Street: "b", Names: []string{"y"}},
		`{"street":null,"number":null,"garden":null,"built":null,"names":null,"kitchen":null,"rooms":null,"cellar":null,"rent":null}`: {},
		`{"names":[],"rooms":[]}`:           {Names: []string{}, Rooms: []room{}},
		`{"names":["\u0041\ud83d\ude00é"]}`: {Names: []string{"A😀é"}},
		"{\"street\":\"\xff\"}":             {Street: "\ufffd"},
		`{}`:                                {},
		` null `:                            {},
	} {
		got := &house{}
		if err := Unmarshal([]byte(text), got); err != nil {
			t.Errorf("%s: %v", text, err)
		} else if difference := cmp.Diff(want, got); difference != "" {
			t.Errorf("%s: wanted (-) and got (+):\n%s", text, difference)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for text, complaint := range map[string]string{
		``:                            "EOF",
		`{`:                           "EOF",
		`[]`:                          "[ in place of {",
		`{"street":"s"}{}`:            "something follows",
		`{"street":"s"}x`:             "invalid character",
		`{"street":1}`:                `member "street": number in place of string`,
		`{"number":"1"}`:              `member "number": string in place of number`,
		`{"number":1.5}`:              `member "number"`,
		`{"size":-1}`:                 `member "size"`,
		`{"garden":"yes"}`:            `member "garden"`,
		`{"built":"yesterday"}`:       `member "built"`,
		`{"names":"a"}`:               `member "names": string in place of [`,
		`{"names":["a",1]}`:           `member "names": number in place of string`,
		`{"names":["a"`:               `member "names"`,
		`{"kitchen":{"doors":true}}`:  `member "kitchen": member "doors"`,
		`{"rooms":[{"doors":1},[]]}`:  `member "rooms"`,
		`{"cellar":{"window":["w"]}}`: `member "cellar": member "window"`,
		`{"rent":"much"}`:             `member "rent"`,
		`{"colours":{"red":"very"}}`:  `member "colours"`,
		`{"unknown":[1,2`:             "EOF",
		`{"street":"s" "number":1}`:   "invalid character",
	} {
		err := Unmarshal([]byte(text), &house{})
		if err == nil || !strings.Contains(err.Error(), complaint) {
			t.Errorf("%s: got %v, want %q in it", text, err, complaint)
		}
	}
}

// FuzzRead reads any bytes. What is accepted is the same when it was written and
// read again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{exampleText, `{"street":"\ud800","rooms":[null]}`, `{"cellar":{},"x":{"x":{}}}`, "null", "[", "{\"names\":[\"\xff\"]}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		first, second := &house{}, &house{}
		if Unmarshal(text, first) != nil {
			return
		}
		written, err := Marshal(first)
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", text, err)
		}
		if err := Unmarshal(written, second); err != nil {
			t.Fatalf("%q was written as %s, which cannot be read: %v", text, written, err)
		}
		again, err := Marshal(second)
		if err != nil || string(again) != string(written) {
			t.Errorf("%q was written as %s and then as %s, %v", text, written, again, err)
		}
	})
}
