package rows

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mydocker/bench/trial"
)

func TestSelect(t *testing.T) {
	all := []trial.Row{{Key: "run"}, {Key: "exec"}, {Key: "rm"}}
	if chosen, err := Select(all, nil); err != nil || len(chosen) != 3 {
		t.Errorf("no key means all: got %v, %v", chosen, err)
	}
	if chosen, err := Select(all, []string{"rm", "run"}); err != nil || Keys(chosen) != "rm run" {
		t.Errorf("got %v, %v", chosen, err)
	}
	if _, err := Select(all, []string{"Run"}); err == nil || !strings.Contains(err.Error(), "run exec rm") {
		t.Errorf("a wrong key must name the right ones: %v", err)
	}
}

func TestOnEachDoesEverythingAndCountsErrors(t *testing.T) {
	var lock sync.Mutex
	done := map[string]int{}
	err := onEach([]string{"a", "b", "c", "d", "e", "f"}, func(name string) error {
		lock.Lock()
		defer lock.Unlock()
		done[name]++
		if name == "b" || name == "e" {
			return errors.New(name + " fails")
		}
		return nil
	})
	if len(done) != 6 || err == nil || !strings.Contains(err.Error(), "2 failed, the first: ") {
		t.Errorf("got %v, %v", done, err)
	}
}

func TestRepeatedGivesTheMean(t *testing.T) {
	values := []float64{1, 2, 3, 6}
	c := repeated(trial.Contender{Measure: func(turn int) (float64, error) { return values[turn], nil }}, 2)
	for turn, want := range []float64{1.5, 4.5} {
		if got, err := c.Measure(turn); got != want || err != nil {
			t.Errorf("turn %d: got %v, %v; want %v", turn, got, err, want)
		}
	}
}

func TestLargeArchiveIsTheSameEachTime(t *testing.T) {
	path, again := filepath.Join(t.TempDir(), "a.tar"), filepath.Join(t.TempDir(), "b.tar")
	for _, path := range []string{path, again} {
		if err := writeLargeArchive(path, 2); err != nil {
			t.Fatal(err)
		}
	}
	first, _ := os.ReadFile(path)
	second, _ := os.ReadFile(again)
	if !bytes.Equal(first, second) {
		t.Error("two archives differ")
	}
	var total int64
	for in := tar.NewReader(bytes.NewReader(first)); ; {
		header, err := in.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		total += header.Size
	}
	if total != 2e6 {
		t.Errorf("the files hold %d bytes, want two megabytes", total)
	}
}
