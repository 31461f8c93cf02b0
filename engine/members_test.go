package engine

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"mydocker/container/apparmor"
	"mydocker/internal/members"
	"mydocker/internal/members/memberstest"
	"mydocker/network/bridge"
	"mydocker/network/ipam"
	"mydocker/overlay"
	"mydocker/resource"
	"mydocker/subid"
)

func TestRecordsKeepAllFields(t *testing.T) {
	memberstest.Survives(t, &Record{})
	memberstest.Survives(t, &Live{})
	memberstest.Survives(t, &networkRecord{})
}

func TestResourcesKeepAllFields(t *testing.T) {
	for _, kind := range []string{"name", "rules", overlay.UpperKind, apparmor.Kind, subid.RangeKind, ipam.LeaseKind, bridge.BridgeKind} {
		memberstest.Survives(t, blank(kind))
	}
	memberstest.Survives(t, &bridge.Veth{}, "Sandbox")
	memberstest.Survives(t, &ipam.Pool{})
}

// The files are what mydocker wrote before its structures listed their members.
func TestRecordsKeepTheirFormat(t *testing.T) {
	for _, test := range []struct {
		file   string
		record members.Object
	}{{"container.json", &Record{}}, {"live.json", &Live{}}, {"network.json", &networkRecord{}}} {
		want, err := os.ReadFile(filepath.Join("testdata", test.file))
		if err != nil {
			t.Fatal(err)
		}
		if err := members.Unmarshal(want, test.record); err != nil {
			t.Fatal(err)
		}
		if got := marshal(t, test.record); !bytes.Equal(got, want) {
			t.Errorf("%s was read and written:\n%s\nwant\n%s", test.file, got, want)
		}
		if record, ok := test.record.(*Record); ok {
			checkFormat(t, record.Storage)
			checkFormat(t, record.Runtime)
		}
	}
}

// checkFormat takes a journal apart and writes it again.
func checkFormat(t *testing.T, want resource.Journal) {
	t.Helper()
	set, err := want.Decode(blank)
	if err != nil {
		t.Fatal(err)
	}
	got, err := resource.Encode(set)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := marshal(t, &got), marshal(t, &want); !bytes.Equal(got, want) {
		t.Errorf("resources were read and written:\n%s\nwant\n%s", got, want)
	}
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	text, err := members.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}
