package engine

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	specs "github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/internal/members"
	"mydocker/network"
	"mydocker/overlay"
	"mydocker/state"
)

// place gives an engine without containers and the files of one container and
// one network that are not there yet.
func place(f *testing.F) (e *Engine, record, live, joined string) {
	f.Helper()
	top := f.TempDir()
	e = New(state.Layout{Root: filepath.Join(top, "root"), RunRoot: filepath.Join(top, "run")})
	record, live, joined = e.recordPath("1891821312"), e.livePath("1891821312"), e.networkPath("testbr")
	for _, path := range []string{record, live, joined} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			f.Fatal(err)
		}
	}
	return e, record, live, joined
}

// written is the record of a container as mydocker writes it.
func written(f *testing.F, e *Engine) []byte {
	f.Helper()
	record := &Record{
		Version: recordVersion, ID: "1891821312", Name: "web", Created: time.Unix(1e9, 0).UTC(), Hostname: "web",
		Image:   ImageReference{Name: "busybox", FullName: "busybox:latest", ID: strings.Repeat("ab", 32), Layers: []string{"/layers/1"}},
		Process: Process{Args: []string{"httpd", "-f"}, Env: []string{"A=1"}, User: "1:2", Cwd: "/", StopSignal: "TERM"},
		Mounts:  []specs.Mount{{Type: "bind", Source: "/a", Destination: "/b", Options: []string{"rbind"}}},
		Network: "testbr", Address: netip.MustParseAddr("10.10.10.2"),
		Ports: []network.PortMapping{{HostPort: 8080, ContainerPort: 80, Protocol: "tcp"}},
		Exit:  &Exit{Code: 3, At: time.Unix(2e9, 0).UTC()},
	}
	subnet := &network.Network{Name: "testbr", Subnet: netip.MustParsePrefix("10.10.10.0/24"), Gateway: netip.MustParseAddr("10.10.10.1")}
	if err := errors.Join(e.planStorage(record), e.planRuntime(record, subnet)); err != nil {
		f.Fatal(err)
	}
	data, err := members.Marshal(record)
	if err != nil {
		f.Fatal(err)
	}
	return data
}

// namesTheFile tells whether an error says which record cannot be read.
func namesTheFile(err error) bool {
	return errors.As(err, new(*state.CorruptError)) || errors.As(err, new(*state.NewerError))
}

// FuzzContainerRecord reads any bytes as the record of a container. What is
// accepted can be shown, written and read again, and names no place that
// depends on where the command was typed.
func FuzzContainerRecord(f *testing.F) {
	e, path, _, _ := place(f)
	whole := written(f, e)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	for _, seed := range []string{
		"", "null", "{}", "[]", "\x00\x00", `{"id":"1891821312"}`, `{"id":"1891821312","process":{"args":["x"]},"image":{"layers":["relative"]}}`,
		`{"id":"1891821312","version":99}`, `{"id":"1891821312","process":{"args":["x"]},"image":{"layers":["/l"]},"storage":[{"kind":"upper","value":null}]}`,
		`{"id":"1891821312","process":{"args":["x"]},"image":{"layers":["/l"]},"storage":[{"kind":"upper","value":{}}],"runtime":[{"kind":"nosuch","value":1}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		record, err := e.load("1891821312")
		if err != nil {
			if !namesTheFile(err) {
				t.Errorf("got %v, want an error that names the file", err)
			}
			return
		}
		if _, err := e.InspectContainer("1891821312"); err != nil {
			t.Errorf("inspecting: %v", err)
		}
		if _, err := e.List(); err != nil {
			t.Errorf("listing: %v", err)
		}
		e.containerConfig(record)
		checkJournals(t, record)
		if err := e.save(record); err != nil {
			t.Fatal(err)
		}
		if _, err := e.load("1891821312"); err != nil {
			t.Errorf("written and read again: %v", err)
		}
	})
}

func checkJournals(t *testing.T, record *Record) {
	t.Helper()
	runtime, _ := record.runtime()
	runtime.Explain()
	storage, _ := record.storage()
	storage.Explain()
	for _, r := range storage {
		if upper, ok := r.(*overlay.Upper); ok && !filepath.IsAbs(upper.Directory) && upper.Remove() == nil {
			t.Errorf("%s would be removed from wherever the command was typed", upper)
		}
	}
}

// FuzzLiveRecord reads any bytes as the record of a running container.
func FuzzLiveRecord(f *testing.F) {
	e, _, path, _ := place(f)
	for _, seed := range []string{
		"", "null", "{}", `{"bootId":"x","work":"run","owner":{"pid":1,"start":2},"program":{"pid":-1,"start":0}}`,
		`{"owner":{"pid":99999999999999999999}}`, `{"work":"remove","since":"yesterday"}`, "{", "\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		live, err := e.loadLive("1891821312")
		if err != nil {
			if !namesTheFile(err) {
				t.Errorf("got %v, want an error that names the file", err)
			}
			return
		}
		if what, pid := live.state("another boot"); live.BootID != "another boot" && (what != Exited || pid != 0) {
			t.Errorf("%q is %s with pid %d after a reboot", data, what, pid)
		}
		if live.runs(live.BootID) && live.Owner.PID <= 0 {
			t.Errorf("%q is said to be run by pid %d", data, live.Owner.PID)
		}
	})
}

// FuzzNetworkRecord reads any bytes as the record of a network. One that is
// accepted has room for a container beside its gateway.
func FuzzNetworkRecord(f *testing.F) {
	e, _, _, path := place(f)
	for _, seed := range []string{
		`{"name":"testbr","driver":"bridge","subnet":"10.10.10.0/24","gateway":"10.10.10.1","created":"2024-01-01T00:00:00Z"}`,
		`{"name":"testbr"}`, `{"name":"testbr","subnet":"10.10.10.0/31","gateway":"10.10.10.0"}`, `{"name":"testbr","subnet":"fd00::/64","gateway":"fd00::1"}`,
		`{"name":"testbr","subnet":"10.10.10.0/24","gateway":"10.10.11.1"}`, `{"name":"other","subnet":"10.10.10.0/24","gateway":"10.10.10.1"}`, "null", "", "{",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		found, err := e.Network("testbr")
		if err != nil {
			if !namesTheFile(err) {
				t.Errorf("got %v, want an error that names the file", err)
			}
			return
		}
		first, last := network.Hosts(found.Subnet)
		if found.Name != "testbr" || found.Gateway.Less(first) || last.Less(found.Gateway) {
			t.Errorf("%s became %+v", data, found)
		}
		address, err := e.pool(found).Peek()
		if err != nil || address == found.Gateway || !found.Subnet.Contains(address) {
			t.Errorf("%s gives the address %s, %v", data, address, err)
		}
		e.networkResources(found).Explain()
	})
}

// FuzzReferences asks for networks and containers by any name. Beside the
// directories in which they lie there are files that would do.
func FuzzReferences(f *testing.F) {
	e, _, _, path := place(f)
	good := []byte(`{"name":"testbr","driver":"bridge","subnet":"10.10.10.0/24","gateway":"10.10.10.1"}`)
	outside := filepath.Join(e.Layout.Root, "outside.json")
	for _, path := range []string{path, outside} {
		if err := os.WriteFile(path, good, 0o600); err != nil {
			f.Fatal(err)
		}
	}
	for _, seed := range []string{"testbr", "../outside", "", ".", "..", "a/b", "testbr\x00", strings.Repeat("x", 300), "1891821312", "18918", "./testbr"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		found, err := e.Network(name)
		if err == nil && (name != "testbr" || found.Name != name) {
			t.Errorf("%q is the network %q", name, found.Name)
		}
		if err != nil && !errors.As(err, new(*NotFoundError)) {
			t.Errorf("network %q: %v", name, err)
		}
		id, err := e.find(name)
		if err == nil && !strings.HasPrefix("1891821312", name) {
			t.Errorf("%q is the container %q", name, id)
		}
		if err != nil && !errors.As(err, new(*NotFoundError)) {
			t.Errorf("container %q: %v", name, err)
		}
	})
}
