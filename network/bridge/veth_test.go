package bridge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"mydocker/network/internal/netnstest"
	"mydocker/resource"
)

const patience = 5 * time.Second

func newVeth(id, address, sandbox string) *Veth {
	return &Veth{
		Name:     VethName(id),
		Bridge:   "testbr",
		Instance: "/run/mydocker",
		Address:  netip.PrefixFrom(netip.MustParseAddr(address), 24),
		Gateway:  netip.MustParseAddr("10.10.10.1"),
		Sandbox:  sandbox,
	}
}

func TestContainersReachEachOtherAndTheGateway(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	first, second := netnstest.New(t), netnstest.New(t)
	create(t, newVeth("0000000001", "10.10.10.2", first))
	create(t, newVeth("0000000002", "10.10.10.3", second))

	t.Log("the gateway answers")
	gateway, err := net.Listen("tcp4", "10.10.10.1:0")
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, gateway, first)
	t.Log("the neighbour answers")
	neighbour, err := listenIn(second, "10.10.10.3:0")
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, neighbour, first)
	t.Log("lo answers")
	local, err := listenIn(first, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, local, first)
}

// The first packet of a program must not get lost: TCP repeats it only after a
// second.
func TestNetworkIsReadyWhenCreateReturns(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	gateway, err := net.Listen("tcp4", "10.10.10.1:0")
	if err != nil {
		t.Fatal(err)
	}
	slowest := time.Duration(0)
	for i := range 20 {
		sandbox := netnstest.New(t)
		create(t, newVeth(fmt.Sprintf("%010d", i), fmt.Sprintf("10.10.10.%d", i+2), sandbox))
		began := time.Now()
		dial(t, sandbox, gateway.Addr().String())
		slowest = max(slowest, time.Since(began))
	}
	t.Logf("slowest connection: %v", slowest)
	if slowest > 900*time.Millisecond {
		t.Errorf("the slowest of 20 connections took %v: its first packet was lost", slowest)
	}
}

func TestInsideLooksAsPromised(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	sandbox := netnstest.New(t)
	create(t, newVeth("1891821312", "10.10.10.2", sandbox))
	shown := netnstest.Shell(t, "nsenter --net="+sandbox+" ip addr", "nsenter --net="+sandbox+" ip -4 route")
	for _, want := range []string{
		"inet 127.0.0.1/8 scope host lo",
		": eth0@if",
		"<BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500",
		"link/ether 02:42:0a:0a:0a:02",
		"inet 10.10.10.2/24 brd 10.10.10.255 scope global eth0",
		"default via 10.10.10.1 dev eth0",
		"10.10.10.0/24 dev eth0 proto kernel scope link src 10.10.10.2",
	} {
		if !strings.Contains(shown, want) {
			t.Errorf("the container lacks %q:\n%s", want, shown)
		}
	}
	host := netnstest.Shell(t, "ip link show veth1891821312")
	for _, want := range []string{"veth1891821312@if", "<BROADCAST,MULTICAST,UP,LOWER_UP>", "master testbr", "link/ether fe:6d:79:64:6b:72"} {
		if !strings.Contains(host, want) {
			t.Errorf("the host lacks %q:\n%s", want, host)
		}
	}
}

func TestNeitherEndSpeaksIPv6(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	made, typed := newVeth("1891821312", "10.10.10.2", netnstest.New(t)), newVeth("1891821313", "10.10.10.3", "")
	create(t, made)
	process := sleeper(t)
	netnstest.Shell(t, append([]string{fmt.Sprintf("PID=%d", process)}, typed.Explain().Create...)...)
	for _, sandbox := range []string{made.Sandbox, fmt.Sprintf("/proc/%d/ns/net", process)} {
		if has := netnstest.Shell(t, "nsenter --net="+sandbox+" ip -6 addr show dev eth0"); has != "" {
			t.Errorf("the container's end has an IPv6 address:\n%s", has)
		}
	}
	for _, veth := range []*Veth{made, typed} {
		if has := netnstest.Shell(t, "ip -6 addr show dev "+veth.Name); has != "" {
			t.Errorf("the host's end has an IPv6 address:\n%s", has)
		}
	}
}

func TestAContainerThatWantsIPv6HasIt(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	made, typed := newVeth("1891821312", "10.10.10.2", netnstest.New(t)), newVeth("1891821313", "10.10.10.3", "")
	made.IPv6, typed.IPv6 = true, true
	create(t, made)
	process := sleeper(t)
	netnstest.Shell(t, append([]string{fmt.Sprintf("PID=%d", process)}, typed.Explain().Create...)...)
	for _, sandbox := range []string{made.Sandbox, fmt.Sprintf("/proc/%d/ns/net", process)} {
		if has := netnstest.Shell(t, "nsenter --net="+sandbox+" ip -6 addr show dev eth0"); !strings.Contains(has, "inet6 fe80:") {
			t.Errorf("the container's end has no IPv6 address:\n%s", has)
		}
	}
}

func TestVethVerbsAreIdempotent(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	veth := newVeth("1891821312", "10.10.10.2", netnstest.New(t))
	check(t, veth, resource.Absent, "")
	remove(t, veth)
	create(t, veth)
	create(t, veth)
	check(t, veth, resource.Present, "")
	remove(t, veth)
	remove(t, veth)
	check(t, veth, resource.Absent, "")
}

func TestVethOfAnEarlierRunIsReplaced(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	old, sandbox := netnstest.New(t), netnstest.New(t)
	create(t, newVeth("1891821312", "10.10.10.2", old))
	veth := newVeth("1891821312", "10.10.10.2", sandbox)
	create(t, veth)
	check(t, veth, resource.Present, "")
	gateway, err := net.Listen("tcp4", "10.10.10.1:0")
	if err != nil {
		t.Fatal(err)
	}
	exchange(t, gateway, sandbox)
	if left := netnstest.Shell(t, "nsenter --net="+old+" ip -o link"); strings.Contains(left, "eth0") {
		t.Errorf("the earlier run still has its end:\n%s", left)
	}
}

func TestForeignLinksAreNeitherTakenNorRemoved(t *testing.T) {
	for _, test := range []struct{ name, before, survives string }{
		{"host end", "ip link add veth1891821312 type veth peer name other", "ip link show veth1891821312"},
		{"eth0 inside", "nsenter --net=$SANDBOX ip link add eth0 type bridge", "nsenter --net=$SANDBOX ip link show eth0"},
		{"bridge", "ip link del testbr; ip link add testbr type bridge", "ip link show testbr"},
	} {
		t.Run(test.name, func(t *testing.T) {
			netnstest.Enter(t)
			create(t, testBridge())
			sandbox := netnstest.New(t)
			netnstest.Shell(t, "SANDBOX="+sandbox, test.before)
			veth := newVeth("1891821312", "10.10.10.2", sandbox)
			var foreign *resource.ForeignError
			if err := veth.Create(); !errors.As(err, &foreign) {
				t.Errorf("creating: %v, want a ForeignError", err)
			}
			remove(t, veth)
			netnstest.Shell(t, "SANDBOX="+sandbox, test.survives)
		})
	}
}

func TestVethRefusesWhatCannotWork(t *testing.T) {
	netnstest.Enter(t)
	for _, test := range []struct {
		name, sandbox, want string
	}{
		{"no sandbox", "", "no network namespace"},
		{"sandbox is gone", "/proc/self/ns/nothing", "/proc/self/ns/nothing"},
		{"no bridge", netnstest.New(t), `bridge "testbr" does not exist`},
	} {
		err := newVeth("1891821312", "10.10.10.2", test.sandbox).Create()
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestHostChangesBehindOurBack(t *testing.T) {
	for _, test := range []struct {
		change string
		state  resource.State
		detail string
	}{
		{"ip link del veth1891821312", resource.Absent, ""},
		{"ip link set veth1891821312 down", resource.Altered, "down"},
		{"ip link set veth1891821312 nomaster", resource.Altered, `not attached to bridge "testbr"`},
		{"ip link del testbr", resource.Altered, `not attached to bridge "testbr"`},
		{"nsenter --net=$SANDBOX ip link del eth0", resource.Absent, ""},
		{"ip link set veth1891821312 type bridge_slave hairpin off", resource.Altered, "hairpin"},
		{"nsenter --net=$SANDBOX ip addr flush dev eth0", resource.Altered, "eth0 in the container lacks the address 10.10.10.2/24"},
		{"nsenter --net=$SANDBOX ip link set eth0 down", resource.Altered, "eth0 in the container is down"},
		{"nsenter --net=$SANDBOX ip route del default", resource.Altered, "no default route via 10.10.10.1"},
	} {
		t.Run(test.change, func(t *testing.T) {
			netnstest.Enter(t)
			bridge, sandbox := testBridge(), netnstest.New(t)
			veth := newVeth("1891821312", "10.10.10.2", sandbox)
			set := resource.Set{bridge, veth}
			if err := set.Create(nil); err != nil {
				t.Fatal(err)
			}
			netnstest.Shell(t, "SANDBOX="+sandbox, test.change)
			check(t, veth, test.state, test.detail)
			if err := set.Create(nil); err != nil { // mends it
				t.Fatal(err)
			}
			check(t, veth, resource.Present, "")
			netnstest.Shell(t, "SANDBOX="+sandbox, test.change)
			if err := set.Remove(nil); err != nil {
				t.Fatal(err)
			}
			if left := netnstest.Shell(t, "ip link show type bridge", "ip link show type veth"); left != "" {
				t.Errorf("left behind:\n%s", left)
			}
		})
	}
}

func TestRemoveWaitsForADyingNamespace(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	sandbox, die := netnstest.Mortal(t)
	veth := newVeth("1891821312", "10.10.10.2", sandbox)
	create(t, veth)
	host, err := openHost()
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	link, err := find(host, veth.Name)
	if err != nil || isDying(host, link) {
		t.Fatalf("the namespace of %s counts as dying, %v", veth, err)
	}
	if err := veth.awaitDeath(host, time.Now().Add(20*time.Millisecond)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("waiting for the death of what lives: %v, want os.ErrDeadlineExceeded", err)
	}
	die()
	// Whoever looks at all processes' namespaces, as other tests do, keeps one
	// alive for that moment.
	for deadline := time.Now().Add(10 * time.Second); !isDying(host, link); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the namespace counts as alive, with nobody in it")
		}
	}
	remove(t, veth)
	check(t, veth, resource.Absent, "")
}

func TestVethExplanationDoesTheSame(t *testing.T) {
	netnstest.Enter(t)
	create(t, testBridge())
	made, typed := newVeth("1891821312", "10.10.10.2", netnstest.New(t)), newVeth("1891821312", "10.10.10.2", "")
	create(t, made)
	host, container := describeLinks(t), ""
	in(t, made.Sandbox, func() error { container = describeLinks(t); return nil })
	remove(t, made)

	// A shell that sleeps is the container: its network namespace is its own.
	process := sleeper(t)
	steps := typed.Explain()
	netnstest.Shell(t, append([]string{fmt.Sprintf("PID=%d", process)}, steps.Create...)...)
	check(t, typed, resource.Present, "")
	if got := describeLinksLike(t, host); got != host {
		t.Errorf("on the host the shell made\n%s\nand Create made\n%s", got, host)
	}
	in(t, fmt.Sprintf("/proc/%d/ns/net", process), func() error {
		if got := describeLinksLike(t, container); got != container {
			t.Errorf("in the container the shell made\n%s\nand Create made\n%s", got, container)
		}
		return nil
	})
	netnstest.Shell(t, steps.Remove...)
	check(t, typed, resource.Absent, "")
}

// describeLinksLike waits until the links are as wanted: the kernel tells of a
// carrier a moment after there is one, for which a shell does not wait. It gives
// what there is in the end.
func describeLinksLike(t *testing.T, want string) (got string) {
	t.Helper()
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); {
		if got = describeLinks(t); got == want {
			break
		}
	}
	return got
}

// exchange connects from a sandbox to a listener and sends a word through.
func exchange(t *testing.T, listener net.Listener, sandbox string) {
	t.Helper()
	defer listener.Close()
	word := []byte("hello")
	received := make(chan []byte, 1)
	go func() {
		defer close(received)
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		defer connection.Close()
		content, _ := io.ReadAll(connection)
		received <- content
	}()
	connection := dial(t, sandbox, listener.Addr().String())
	connection.Write(word)
	connection.Close()
	if got := <-received; !bytes.Equal(got, word) {
		t.Errorf("%s received %q, want %q", listener.Addr(), got, word)
	}
}

func dial(t *testing.T, sandbox, address string) (connection net.Conn) {
	t.Helper()
	in(t, sandbox, func() (err error) {
		connection, err = net.DialTimeout("tcp4", address, patience)
		return err
	})
	t.Cleanup(func() { connection.Close() })
	return connection
}

func listenIn(sandbox, address string) (listener net.Listener, err error) {
	err = netnstest.In(sandbox, func() (err error) {
		listener, err = net.Listen("tcp4", address)
		return err
	})
	return listener, err
}

func in(t *testing.T, sandbox string, f func() error) {
	t.Helper()
	if err := netnstest.In(sandbox, f); err != nil {
		t.Fatal(err)
	}
}
