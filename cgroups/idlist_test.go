package cgroups

import "testing"

func TestParseIDList(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "",
		"0":                 "0",
		"0-3\n":             "0-3",
		"0,1,2":             "0-2",
		"7,0-3,2-5":         "0-5,7",
		"3,3,3":             "3",
		"0-2147483647,5":    "0-2147483647",
		"00,01":             "0-1",
		"10-20,0-30,40,41 ": "0-30,40-41",
	} {
		list, err := ParseIDList(text)
		if err != nil || list.String() != want {
			t.Errorf("%q is read as %q, error %v, not as %q", text, list, err, want)
		}
	}
}

func TestParseIDListRefuses(t *testing.T) {
	for _, text := range []string{",", "0,", "-", "-1", "1-", "3-1", "a", "0-1-2", "0 1", "+1", "4294967296", "0x1", "all", "0-31:1/2"} {
		if list, err := ParseIDList(text); err == nil {
			t.Errorf("%q is taken as %q", text, list)
		}
	}
}

func TestFirstOutside(t *testing.T) {
	for _, test := range []struct {
		wanted, have string
		id           int
		outside      bool
	}{
		{"0-1", "0-1", 0, false},
		{"1", "0-3,8", 0, false},
		{"2", "0-1", 2, true},
		{"0-2147483647", "0-1", 2, true},
		{"0-8", "0-3,8", 4, true},
		{"0", "", 0, true},
		{"", "0-1", 0, false},
	} {
		wanted, _ := ParseIDList(test.wanted)
		have, _ := ParseIDList(test.have)
		if id, outside := wanted.FirstOutside(have); id != test.id || outside != test.outside {
			t.Errorf("%q outside of %q: %d, %v", test.wanted, test.have, id, outside)
		}
	}
}

func TestCount(t *testing.T) {
	list, _ := ParseIDList("0-3,8,10-11")
	if list.Count() != 7 {
		t.Errorf("%q has %d", list, list.Count())
	}
}

func FuzzParseIDList(f *testing.F) {
	for _, seed := range []string{"", "0-3,8", "3-1", "0,,1", "9999999999", "0-2147483647"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := ParseIDList(text)
		if err != nil {
			return
		}
		again, err := ParseIDList(list.String())
		if err != nil || !again.Equal(list) {
			t.Errorf("%q is read as %q, and that as %q, error %v", text, list, again, err)
		}
	})
}
