package ipam

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mydocker/resource"
)

func newPool(t testing.TB, subnet string) *Pool {
	t.Helper()
	prefix := netip.MustParsePrefix(subnet)
	pool := &Pool{
		Directory: filepath.Join(t.TempDir(), "leases", "test br"),
		Subnet:    prefix.Masked(),
		Gateway:   prefix.Addr(),
	}
	if err := pool.Create(); err != nil {
		t.Fatal(err)
	}
	return pool
}

// take leases the next address.
func take(t testing.TB, pool *Pool, owner string) *Lease {
	t.Helper()
	address, err := pool.Next()
	if err != nil {
		t.Fatal(err)
	}
	lease := &Lease{Directory: pool.Directory, Address: address, Owner: owner}
	if err := lease.Create(); err != nil {
		t.Fatal(err)
	}
	return lease
}

func give(t testing.TB, lease *Lease) {
	t.Helper()
	if err := lease.Remove(); err != nil {
		t.Fatal(err)
	}
}

func TestAddressesGoRound(t *testing.T) {
	pool := newPool(t, "10.10.10.1/29") // hosts .1 to .6
	var got []string
	for i := range 12 {
		lease := take(t, pool, fmt.Sprint(i))
		got = append(got, strings.TrimPrefix(lease.Address.String(), "10.10.10."))
		if i != 1 { // .3 stays leased
			give(t, lease)
		}
	}
	if want := "2 3 4 5 6 2 4 5 6 2 4 5"; strings.Join(got, " ") != want {
		t.Errorf("in turn %s, want %s", strings.Join(got, " "), want)
	}
}

func TestTheGatewayIsNeverHandedOut(t *testing.T) {
	for _, subnet := range []string{"10.10.10.1/29", "10.10.10.3/29", "10.10.10.6/29"} {
		pool := newPool(t, subnet)
		for i := range 5 {
			if lease := take(t, pool, fmt.Sprint(i)); lease.Address == pool.Gateway {
				t.Errorf("%s: got the gateway", subnet)
			}
		}
		_, err := pool.Next()
		want := "allocating an address of 10.10.10.0/29: all 5 are leased; remove a container of this network, or create one with a larger --subnet"
		if err == nil || err.Error() != want {
			t.Errorf("%s: the sixth address: %v, want %s", subnet, err, want)
		}
	}
}

func TestAnExhaustedPoolRecovers(t *testing.T) {
	pool := newPool(t, "10.10.10.1/30")
	only := take(t, pool, "a")
	if _, err := pool.Next(); err == nil || !strings.Contains(err.Error(), "all 1 are leased") {
		t.Errorf("exhausted: %v", err)
	}
	give(t, only)
	if again := take(t, pool, "b"); again.Address != only.Address {
		t.Errorf("got %s, want %s", again.Address, only.Address)
	}
}

func TestALostNoteStartsTheRoundAgain(t *testing.T) {
	for _, content := range []string{"", "garbage", "192.168.1.1\n", "10.10.10.255\n", "::1", "\x00\x00"} {
		pool := newPool(t, "10.10.10.1/24")
		if err := os.WriteFile(filepath.Join(pool.Directory, lastFile), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if lease := take(t, pool, "a"); lease.Address.String() != "10.10.10.2" {
			t.Errorf("note %q: got %s", content, lease.Address)
		}
	}
}

func TestRequest(t *testing.T) {
	pool := newPool(t, "10.10.10.1/24")
	leased := take(t, pool, "1891821312")
	for _, test := range []struct{ address, want string }{
		{"10.10.10.77", ""},
		{"10.10.10.254", ""},
		{leased.Address.String(), "container 1891821312 has it"},
		{"10.10.10.1", "gateway"},
		{"10.10.10.0", "choose one from 10.10.10.1 to 10.10.10.254"},
		{"10.10.10.255", "choose one from"},
		{"10.10.11.1", "choose one from"},
		{"fd00::1", "choose one from"},
	} {
		err := pool.Request(netip.MustParseAddr(test.address))
		if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("%s: %v, want %q", test.address, err, test.want)
		}
	}
}

func TestLeaseVerbs(t *testing.T) {
	pool := newPool(t, "10.10.10.1/24")
	ours := &Lease{Directory: pool.Directory, Address: netip.MustParseAddr("10.10.10.2"), Owner: "1891821312"}
	theirs := &Lease{Directory: ours.Directory, Address: ours.Address, Owner: "3994300986"}
	check(t, ours, resource.Absent)
	give(t, ours)
	for range 2 {
		if err := ours.Create(); err != nil {
			t.Fatal(err)
		}
		check(t, ours, resource.Present)
	}
	var foreign *resource.ForeignError
	if err := theirs.Create(); !errors.As(err, &foreign) || !strings.Contains(err.Error(), `lease "10.10.10.2" exists and belongs to container 1891821312`) {
		t.Errorf("an address that is taken: %v", err)
	}
	check(t, theirs, resource.Foreign)
	give(t, theirs)
	check(t, ours, resource.Present)
	give(t, ours)
	give(t, ours)
	check(t, ours, resource.Absent)
}

func TestWhatMydockerDidNotMakeIsLeftAlone(t *testing.T) {
	pool := newPool(t, "10.10.10.1/24")
	stranger := filepath.Join(pool.Directory, "10.10.10.2")
	if err := os.WriteFile(stranger, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	lease := &Lease{Directory: pool.Directory, Address: netip.MustParseAddr("10.10.10.2"), Owner: "1891821312"}
	if err := lease.Create(); !errors.As(err, new(*resource.ForeignError)) {
		t.Errorf("creating: %v, want a ForeignError", err)
	}
	give(t, lease)
	if next := take(t, pool, "a"); next.Address.String() != "10.10.10.3" {
		t.Errorf("handed out %s", next.Address)
	}
	if err := pool.Remove(); err == nil {
		t.Error("the pool's directory is gone, and the stranger's file with it")
	}
	if _, err := os.Stat(stranger); err != nil {
		t.Error(err)
	}
}

func TestPoolVerbs(t *testing.T) {
	pool := newPool(t, "10.10.10.1/24")
	if err := pool.Create(); err != nil {
		t.Fatal(err)
	}
	check(t, pool, resource.Present)
	take(t, pool, "1")
	take(t, pool, "2")
	for range 2 {
		if err := pool.Remove(); err != nil {
			t.Fatal(err)
		}
		check(t, pool, resource.Absent)
	}
}

func TestLeases(t *testing.T) {
	pool := newPool(t, "10.10.10.1/24")
	for _, owner := range []string{"1", "2", "3"} {
		take(t, pool, owner)
	}
	leases, err := Leases(pool.Directory)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, lease := range leases {
		got = append(got, lease.Address.String()+" "+lease.Owner)
	}
	if want := []string{"10.10.10.2 1", "10.10.10.3 2", "10.10.10.4 3"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if none, err := Leases(filepath.Join(pool.Directory, "nothing")); err != nil || len(none) != 0 {
		t.Errorf("no directory: %v, %v", none, err)
	}
}

func TestResourcesSurviveTheJournal(t *testing.T) {
	pool := newPool(t, "10.10.10.1/24")
	lease := &Lease{Directory: pool.Directory, Address: netip.MustParseAddr("10.10.10.2"), Owner: "1891821312"}
	journal, err := resource.Encode(resource.Set{pool, lease})
	if err != nil {
		t.Fatal(err)
	}
	set, err := journal.Decode(func(kind string) resource.Resource {
		return map[string]resource.Resource{PoolKind: new(Pool), LeaseKind: new(Lease)}[kind]
	})
	if err != nil {
		t.Fatal(err)
	}
	if *set[0].(*Pool) != *pool || *set[1].(*Lease) != *lease {
		t.Errorf("read %v", set)
	}
}

func check(t testing.TB, r resource.Resource, want resource.State) {
	t.Helper()
	if got, err := r.Check(); err != nil || got.State != want {
		t.Errorf("%s is %v, %v, want %s", r, got, err, want)
	}
}

// Next steps over every lease of a /16 that is nearly full.
func BenchmarkNextWithManyLeases(b *testing.B) {
	pool := newPool(b, "10.10.0.1/16")
	for i := range 10_000 {
		take(b, pool, fmt.Sprint(i))
	}
	for b.Loop() {
		os.Remove(filepath.Join(pool.Directory, lastFile))
		if _, err := pool.Next(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTakeAndGive(b *testing.B) {
	pool := newPool(b, "10.10.0.1/16")
	for b.Loop() {
		give(b, take(b, pool, "1891821312"))
	}
}
