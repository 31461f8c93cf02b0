package main

import (
	"strings"
	"testing"
)

func TestSummary(t *testing.T) {
	in := `{"Action":"run","Package":"mydocker/network","Test":"TestBridge"}
{"Action":"output","Package":"mydocker/network","Test":"TestBridge","Output":"=== RUN   TestBridge\n"}
{"Action":"output","Package":"mydocker/network","Test":"TestBridge","Output":"    bridge_test.go:7: needs root\n"}
{"Action":"output","Package":"mydocker/network","Test":"TestBridge","Output":"--- SKIP: TestBridge (0.00s)\n"}
{"Action":"skip","Package":"mydocker/network","Test":"TestBridge"}
{"Action":"output","Package":"mydocker/network","Test":"TestGood","Output":"chatter\n"}
{"Action":"pass","Package":"mydocker/network","Test":"TestGood"}
{"Action":"output","Package":"mydocker/network","Test":"TestBad","Output":"=== RUN   TestBad\n"}
{"Action":"output","Package":"mydocker/network","Test":"TestBad","Output":"    bad_test.go:3: wrong\n"}
{"Action":"fail","Package":"mydocker/network","Test":"TestBad"}
{"Action":"output","Package":"mydocker/network","Output":"FAIL\tmydocker/network\t0.1s\n"}
{"Action":"fail","Package":"mydocker/network"}
{"Action":"output","Package":"mydocker/state","Output":"PASS\n"}
{"Action":"output","Package":"mydocker/state","Output":"ok  \tmydocker/state\t0.1s\n"}
{"Action":"pass","Package":"mydocker/state"}
`
	want := `    bad_test.go:3: wrong
FAIL	mydocker/network	0.1s
ok  	mydocker/state	0.1s
skipped (needs root):
    mydocker/network TestBridge
1 passed, 1 failed, 1 skipped
`
	var out strings.Builder
	s, err := read(strings.NewReader(in), &out)
	if err != nil {
		t.Fatal(err)
	}
	s.conclude()
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
	if !s.broken {
		t.Error("a failed package is not a failure")
	}
}

func TestPackageThatDoesNotBuildIsAFailure(t *testing.T) {
	in := `{"ImportPath":"mydocker/engine","Action":"build-output","Output":"engine/run.go:3: undefined: nothing\n"}
{"ImportPath":"mydocker/engine","Action":"build-fail"}
`
	var out strings.Builder
	s, err := read(strings.NewReader(in), &out)
	if err != nil {
		t.Fatal(err)
	}
	if !s.broken || !strings.Contains(out.String(), "undefined: nothing") {
		t.Errorf("broken: %v, said: %q", s.broken, out.String())
	}
}
