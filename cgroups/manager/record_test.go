package manager

import (
	"testing"

	"mydocker/internal/members/memberstest"
)

func TestRecordKeepsAllFields(t *testing.T) { memberstest.Survives(t, &recorded{}) }
