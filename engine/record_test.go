package engine

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"mydocker/state"
)

func TestAJournalThatCannotBeReadMakesARecordCorrupt(t *testing.T) {
	e := emptyEngine(t)
	if err := os.MkdirAll(e.Layout.Container("1"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, journals := range []string{
		`"storage":[5]`, `"storage":5`, `"storage":{}`, `"runtime":[{"kind":7}]`, `"runtime":"x"`, `"storage":[null,7]`,
	} {
		text := fmt.Sprintf(`{"version":2,"id":"1","process":{"args":["true"]},"image":{"layers":["/layer"]},%s}`, journals)
		if err := os.WriteFile(e.recordPath("1"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := e.load("1"); !errors.As(err, new(*state.CorruptError)) {
			t.Errorf("%s: %v, want a CorruptError", journals, err)
		}
	}
}
