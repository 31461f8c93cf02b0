package network_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/network"
	"mydocker/network/bridge"
	"mydocker/network/internal/netnstest"
)

const patience = 5 * time.Second

func mapping(t *testing.T, spec string) network.PortMapping {
	t.Helper()
	mappings, err := network.ParsePort(spec)
	if err != nil {
		t.Fatal(err)
	}
	return mappings[0]
}

func reserve(t *testing.T, spec string) (*os.File, network.PortMapping) {
	t.Helper()
	file, reserved, err := network.Reserve(mapping(t, spec), isNone)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file, reserved
}

func wantInUse(t *testing.T, spec string) *network.PortInUseError {
	t.Helper()
	file, _, err := network.Reserve(mapping(t, spec), isNone)
	var inUse *network.PortInUseError
	if !errors.As(err, &inUse) {
		file.Close()
		t.Fatalf("reserving %s: %v, want a PortInUseError", spec, err)
	}
	return inUse
}

func TestAReservedPortIsNobodyElses(t *testing.T) {
	netnstest.Enter(t)
	for _, protocol := range []string{"tcp", "udp"} {
		t.Log(protocol)
		file, reserved := reserve(t, "8080:80/"+protocol)
		if reserved != mapping(t, "8080:80/"+protocol) {
			t.Errorf("reserved %v", reserved)
		}
		for _, spec := range []string{"8080:81/", "127.0.0.1:8080:80/"} {
			wantInUse(t, spec+protocol)
		}
		for _, address := range []string{"0.0.0.0:8080", "127.0.0.1:8080", "[::]:8080"} {
			if err := listen(protocol, address); !errors.Is(err, unix.EADDRINUSE) {
				t.Errorf("another program at %s: %v, want EADDRINUSE", address, err)
			}
		}
		file.Close()
		if err := listen(protocol, "0.0.0.0:8080"); err != nil {
			t.Errorf("after the reservation: %v", err)
		}
	}
}

// listen does what servers do: Go's listeners have SO_REUSEADDR set.
func listen(protocol, address string) error {
	if protocol == "udp" {
		connection, err := net.ListenPacket("udp", address)
		if err == nil {
			connection.Close()
		}
		return err
	}
	listener, err := net.Listen("tcp", address)
	if err == nil {
		listener.Close()
	}
	return err
}

func TestReservationsOfDifferentAddressesAndProtocols(t *testing.T) {
	netnstest.Enter(t)
	for _, spec := range []string{"127.0.0.1:8080:80", "127.0.0.2:8080:80", "8080:80/udp"} {
		reserve(t, spec)
	}
	wantInUse(t, "8080:80")
	wantInUse(t, "127.0.0.2:8080:80")
}

func TestTheKernelChoosesPorts(t *testing.T) {
	netnstest.Enter(t)
	for _, protocol := range []string{"tcp", "udp"} {
		_, first := reserve(t, "80/"+protocol)
		_, second := reserve(t, "80/"+protocol)
		if first.HostPort == 0 || first.HostPort == second.HostPort {
			t.Errorf("%s: chose %v and %v", protocol, first, second)
		}
		wantInUse(t, fmt.Sprintf("%d:80/%s", first.HostPort, protocol))
	}
}

func TestTheKernelHasNoPortLeft(t *testing.T) {
	netnstest.Enter(t)
	netnstest.Shell(t, "sysctl -qw net.ipv4.ip_local_port_range='40000 40001'")
	reserve(t, "40000:80")
	_, second := reserve(t, "80")
	if second.HostPort != 40001 {
		t.Errorf("chose %v", second)
	}
	_, _, err := network.Reserve(mapping(t, "80"), isNone)
	if err == nil || !strings.Contains(err.Error(), "publishing port 80/tcp: no tcp port of the host is free") {
		t.Errorf("a third one: %v", err)
	}
}

// A server that has just been stopped leaves connections in TIME_WAIT for a
// minute. Nobody should have to wait for that, and nobody may share the port.
func TestReservingAPortWithConnectionsInTimeWait(t *testing.T) {
	netnstest.Enter(t)
	port := leaveTimeWait(t)
	spec := fmt.Sprintf("%d:80", port)
	file, _ := reserve(t, spec)
	wantInUse(t, spec)
	for _, address := range []string{"0.0.0.0", "127.0.0.1", "[::]"} {
		if err := listen("tcp", fmt.Sprintf("%s:%d", address, port)); !errors.Is(err, unix.EADDRINUSE) {
			t.Errorf("another program at %s: %v, want EADDRINUSE", address, err)
		}
	}
	wantRefused(t, fmt.Sprintf("127.0.0.1:%d", port))
	file.Close()
	reserve(t, spec)
}

// The connections may have left TIME_WAIT by the time that a port is bound.
// The first socket on a port decides whether the port may be shared.
func TestBindingOverTimeWaitWithoutAny(t *testing.T) {
	netnstest.Enter(t)
	wanted := mapping(t, "8080:80")
	first, err := network.BindOverTimeWait(wanted)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(first)
	if second, err := network.BindOverTimeWait(wanted); !errors.Is(err, unix.EADDRINUSE) {
		unix.Close(second)
		t.Errorf("a second one: %v, want EADDRINUSE", err)
	}
}

func TestOfManyReservationsOneWins(t *testing.T) {
	netnstest.Enter(t)
	own := netnstest.Own(t)
	wanted := mapping(t, fmt.Sprintf("%d:80", leaveTimeWait(t)))
	const rivals, rounds = 2, 2000
	var wins, arrived, left [rounds]atomic.Int32
	var all sync.WaitGroup
	for range rivals {
		all.Go(func() {
			err := netnstest.In(own, func() error {
				for round := range rounds {
					meet(&arrived[round], rivals)
					socket, err := network.BindOverTimeWait(wanted)
					meet(&left[round], rivals)
					if err == nil {
						wins[round].Add(1)
						unix.Close(socket)
					} else if !errors.Is(err, unix.EADDRINUSE) {
						t.Error(err)
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for round := range rounds {
		if winners := wins[round].Load(); winners != 1 {
			t.Errorf("round %d: %d of %d have the port", round, winners, rivals)
		}
	}
}

// meet returns when all have come, to all at nearly the same time.
func meet(arrived *atomic.Int32, all int32) {
	arrived.Add(1)
	for arrived.Load() < all {
		runtime.Gosched()
	}
}

// leaveTimeWait gives a port of the current network namespace on which a
// connection is in TIME_WAIT, and nobody listens any more.
func leaveTimeWait(t *testing.T) (port int) {
	t.Helper()
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port = listener.Addr().(*net.TCPAddr).Port
	client, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	served, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	served.Close() // who closes first keeps the connection in TIME_WAIT
	client.Read(make([]byte, 1))
	client.Close()
	listener.Close()
	const timeWait = " 06 " // TCP_TIME_WAIT of net/tcp_states.h
	for deadline := time.Now().Add(patience); ; {
		table, err := os.ReadFile("/proc/thread-self/net/tcp")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(table)) {
			if strings.Contains(line, fmt.Sprintf(" 0100007F:%04X 0100007F:", port)) && strings.Contains(line, timeWait) {
				return port
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("no connection in TIME_WAIT:\n%s", table)
		}
	}
}

func TestAConnectionWithoutRulesIsRefused(t *testing.T) {
	netnstest.Enter(t)
	outside := netnstest.New(t)
	address := netip.MustParsePrefix("10.10.10.1/24")
	link := &bridge.Veth{Name: "veth1891821312", Bridge: "testbr", Address: netip.MustParsePrefix("10.10.10.2/24"), Gateway: address.Addr(), Sandbox: outside}
	for _, create := range []func() error{(&bridge.Bridge{Name: "testbr", Address: address}).Create, link.Create} {
		if err := create(); err != nil {
			t.Fatal(err)
		}
	}
	reserve(t, "8080:80")
	wantRefused(t, "10.10.10.1:8080")
	wantRefused(t, "127.0.0.1:8080")
	if err := netnstest.In(outside, func() error {
		wantRefused(t, "10.10.10.1:8080")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func wantRefused(t *testing.T, address string) {
	t.Helper()
	began := time.Now()
	connection, err := net.DialTimeout("tcp4", address, patience)
	if err == nil {
		connection.Close()
	}
	if !errors.Is(err, unix.ECONNREFUSED) {
		t.Errorf("connecting to %s: %v after %v, want ECONNREFUSED", address, err, time.Since(began))
	}
}

func TestDatagramsWithoutRulesAreDropped(t *testing.T) {
	netnstest.Enter(t)
	file, _ := reserve(t, "127.0.0.1:5353:53/udp")
	client, err := net.Dial("udp4", "127.0.0.1:5353")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 10 {
		if _, err := client.Write(make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := unix.Recvfrom(int(file.Fd()), make([]byte, 2000), unix.MSG_DONTWAIT); !errors.Is(err, unix.EAGAIN) {
		t.Errorf("reading from the reservation: %v, want EAGAIN", err)
	}
}

func TestTheErrorNamesWhoHasThePort(t *testing.T) {
	netnstest.Enter(t)
	for _, address := range []string{"0.0.0.0:0", "127.0.0.1:0", "[::]:0"} {
		pid, port, _ := server(t, address)
		spec := fmt.Sprintf("%d:80", port)
		want := fmt.Sprintf("publishing port %d: in use by exe (pid %d); choose another with -p HOST:80", port, pid)
		if inUse := wantInUse(t, spec); inUse.Error() != want || inUse.Holder.PID != pid {
			t.Errorf("a server at %s:\n%v, want\n%s", address, inUse, want)
		}
	}
}

func TestTheErrorNamesWhoHasReservedThePort(t *testing.T) {
	netnstest.Enter(t)
	reserve(t, "127.0.0.1:5353:53/udp")
	if inUse := wantInUse(t, "5353:53/udp"); inUse.Holder.PID != os.Getpid() || !strings.HasPrefix(inUse.Error(), "publishing port 5353/udp: in use by ") {
		t.Errorf("udp: %v, want pid %d", inUse, os.Getpid())
	}
	reserve(t, "8080:80")
	inUse := wantInUse(t, "127.0.0.1:8080:80")
	if !kernelTellsOfBoundSockets(t) {
		if !strings.Contains(inUse.Error(), "publishing port 127.0.0.1:8080: in use by another program; choose another") {
			t.Errorf("tcp: %v", inUse)
		}
		return
	}
	if inUse.Holder.PID != os.Getpid() {
		t.Errorf("tcp: %v, want pid %d", inUse, os.Getpid())
	}
}

func kernelTellsOfBoundSockets(t *testing.T) bool {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		t.Fatal(err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(unix.ByteSliceToString(name.Release[:]), "%d.%d", &major, &minor); err != nil {
		t.Fatal(err)
	}
	return major > 6 || major == 6 && minor >= 8
}

func TestTheKernelReleasesAPortWhenItsLastHolderEnds(t *testing.T) {
	netnstest.Enter(t)
	file, _ := reserve(t, "8080:80")
	_, _, stop := server(t, "127.0.0.1:0", file)
	file.Close()
	wantInUse(t, "8080:80")
	stop()
	reserve(t, "8080:80")
}

func TestReserveRefusesAnAddressOfAnotherHost(t *testing.T) {
	netnstest.Enter(t)
	_, _, err := network.Reserve(mapping(t, "192.0.2.77:8080:80"), isNone)
	if err == nil || !strings.Contains(err.Error(), "publishing port 192.0.2.77:8080: 192.0.2.77 is not an address of this host") {
		t.Error(err)
	}
}

// isNone is for a host that gets no other addresses.
func isNone(netip.Addr) bool { return false }

// TestReserveAheadOfTheAddress: nobody else can have the port before the host has the
// address, nor after.
func TestReserveAheadOfTheAddress(t *testing.T) {
	netnstest.Enter(t)
	for address, protocol := range map[string]string{"192.0.2.77": "tcp", "192.0.2.78": "udp"} {
		wanted := mapping(t, address+":8080:80/"+protocol)
		isComing := func(other netip.Addr) bool { return other == wanted.HostIP }
		file, _, err := network.Reserve(wanted, isComing)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		_, _, before := network.Reserve(wanted, isComing)
		give(t, address)
		_, _, after := network.Reserve(wanted, isNone)
		for when, err := range map[string]error{"before": before, "after": after} {
			if !errors.As(err, new(*network.PortInUseError)) {
				t.Errorf("%s, %s the host has the address: %v", protocol, when, err)
			}
		}
	}
}

// give gives the host an address.
func give(t *testing.T, address string) {
	t.Helper()
	if output, err := exec.Command("ip", "address", "add", address+"/32", "dev", "lo").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
}
