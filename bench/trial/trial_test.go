package trial

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestMedianAndP95(t *testing.T) {
	hundred := make([]float64, 100)
	for i := range hundred {
		hundred[i] = float64(100 - i)
	}
	for _, test := range []struct {
		values      []float64
		median, p95 float64
	}{
		{[]float64{7}, 7, 7},
		{[]float64{3, 1}, 2, 3},
		{[]float64{9, 1, 2}, 2, 9},
		{hundred, 50.5, 95},
	} {
		s := Series{Values: test.values}
		if s.Median() != test.median || s.P95() != test.p95 {
			t.Errorf("%v: got %v and %v, want %v and %v", test.values, s.Median(), s.P95(), test.median, test.p95)
		}
	}
	if empty := (Series{}); !math.IsNaN(empty.Median()) || !math.IsNaN(empty.P95()) {
		t.Errorf("nothing measured: got %v and %v", empty.Median(), empty.P95())
	}
}

// recording gives a contender that writes down what is asked of it.
func recording(name string, log *[]string) Contender {
	note := func(what string) func(int) error {
		return func(turn int) error {
			*log = append(*log, fmt.Sprintf("%s%d%s", name, turn, what))
			return nil
		}
	}
	return Contender{
		Name: name, Prepare: note("<"), Finish: note(">"),
		Measure: func(turn int) (float64, error) { return float64(turn), note("")(turn) },
	}
}

func TestContendersTakeTurns(t *testing.T) {
	var log []string
	series := Turns{Rounds: 2, WarmUp: 1}.Take([]Contender{recording("a", &log), recording("b", &log)})
	want := "a0< a0 a0> b0< b0 b0> a1< a1 a1> b1< b1 b1> a2< a2 a2> b2< b2 b2>"
	if got := strings.Join(log, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, s := range series {
		if !slices.Equal(s.Values, []float64{1, 2}) {
			t.Errorf("%s: got %v; the turn to warm up must not count", s.Name, s.Values)
		}
	}
}

func TestAContenderThatFailsHasNoMoreTurnsAndTheOthersGoOn(t *testing.T) {
	var log []string
	failing, other := recording("f", &log), recording("o", &log)
	failing.Measure = func(turn int) (float64, error) {
		if turn == 1 {
			return 0, errors.New("no such image")
		}
		return 1, nil
	}
	series := Turns{Rounds: 4}.Take([]Contender{failing, other})
	if len(series[0].Values) != 1 || !strings.Contains(series[0].Error, "turn 1: no such image") {
		t.Errorf("the one that failed: got %+v", series[0])
	}
	if !slices.Contains(log, "f1>") || slices.Contains(log, "f2<") {
		t.Errorf("the one that failed must be cleared up after, and not be asked again: %v", log)
	}
	if len(series[1].Values) != 4 || series[1].Error != "" {
		t.Errorf("the other: got %+v", series[1])
	}
}

func TestASlowContenderHasFewerTurns(t *testing.T) {
	var log []string
	slow := recording("s", &log)
	slow.Most = 2
	if s := (Turns{Rounds: 5, WarmUp: 1}).Take([]Contender{slow})[0]; len(s.Values) != 2 {
		t.Errorf("got %v, want two values", s.Values)
	}
}

func TestJudge(t *testing.T) {
	result := Result{Unit: "ms", Series: []Series{
		{Name: "mydocker", Values: []float64{10}},
		{Name: "runc", Values: []float64{36}},
		{Name: "docker", Error: "not here"},
	}}
	for _, test := range []struct {
		goal    Goal
		words   string
		limit   float64
		reached bool
	}{
		{Goal{Of: "mydocker", Against: "runc", Factor: 0.25}, "0.25 × runc", 9, false},
		{Goal{Of: "mydocker", Against: "runc", Factor: 0.5}, "0.5 × runc", 18, true},
		{Goal{Of: "mydocker", Plus: 10}, "10 ms", 10, true},
		{Goal{Of: "mydocker", Plus: 9.5}, "9.5 ms", 9.5, false},
		{Goal{Of: "runc", Against: "mydocker", Factor: 1, Plus: 10}, "10 ms + mydocker", 20, false},
	} {
		v, known := result.Judge(test.goal)
		if !known || v.Limit != test.limit || v.Reached != test.reached {
			t.Errorf("%s: got %+v, %v", test.words, v, known)
		}
		if got := test.goal.String("ms"); got != test.words {
			t.Errorf("got %q, want %q", got, test.words)
		}
	}
	for _, unknown := range []Goal{{Of: "docker", Plus: 1}, {Of: "mydocker", Against: "docker", Factor: 1}, {Of: "podman", Plus: 1}} {
		if v, known := result.Judge(unknown); known {
			t.Errorf("%+v is judged without a measurement: %+v", unknown, v)
		}
	}
}
