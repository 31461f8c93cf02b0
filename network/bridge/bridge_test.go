package bridge

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vishvananda/netlink"

	"mydocker/network/internal/netnstest"
	"mydocker/resource"
)

func testBridge() *Bridge {
	return &Bridge{Name: "testbr", Address: netip.MustParsePrefix("10.10.10.1/24"), Instance: "/run/mydocker"}
}

func TestBridgeLooksAsInTheArticle(t *testing.T) {
	netnstest.Enter(t)
	bridge := testBridge()
	create(t, bridge)
	links := netnstest.Shell(t, "ip link show type bridge")
	if !strings.Contains(links, ": testbr: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UNKNOWN mode DEFAULT group default qlen 1000\n    link/ether ") {
		t.Errorf("ip link shows:\n%s", links)
	}
	if !strings.HasSuffix(links, "ff:ff:ff:ff:ff:ff\n    alias mydocker:/run/mydocker\n") {
		t.Errorf("ip link shows more, or less, than the alias:\n%s", links)
	}
	routes := strings.TrimSpace(netnstest.Shell(t, "ip r"))
	if routes != "10.10.10.0/24 dev testbr proto kernel scope link src 10.10.10.1" {
		t.Errorf("ip r shows:\n%s", routes)
	}
	addresses := netnstest.Shell(t, "ip addr show testbr")
	for _, want := range []string{"inet 10.10.10.1/24 brd 10.10.10.255 scope global testbr", "inet6 fe80::"} {
		if !strings.Contains(addresses, want) {
			t.Errorf("ip addr lacks %q:\n%s", want, addresses)
		}
	}
	remove(t, bridge)
	if left := netnstest.Shell(t, "ip link show type bridge", "ip r"); left != "" {
		t.Errorf("left behind:\n%s", left)
	}
}

func TestTheHostForwards(t *testing.T) {
	netnstest.Enter(t)
	create(t, Forwarding{})
	create(t, testBridge())
	for _, setting := range []string{"/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv4/conf/testbr/route_localnet", "/proc/sys/net/ipv4/conf/testbr/forwarding"} {
		value, err := os.ReadFile(setting)
		if err != nil || string(value) != "1\n" {
			t.Errorf("%s: %q, %v", setting, value, err)
		}
	}
}

// A new link starts out as the default says, which need not be what ip_forward says.
func TestABridgePassesPacketsOnWhateverTheDefault(t *testing.T) {
	netnstest.Enter(t)
	create(t, Forwarding{})
	netnstest.Shell(t, "sysctl -w net.ipv4.conf.default.forwarding=0")
	create(t, testBridge())
	value, err := os.ReadFile("/proc/sys/net/ipv4/conf/testbr/forwarding")
	if err != nil || string(value) != "1\n" {
		t.Errorf("%q, %v", value, err)
	}
}

func TestBridgeVerbsAreIdempotent(t *testing.T) {
	netnstest.Enter(t)
	bridge := testBridge()
	check(t, bridge, resource.Absent, "")
	remove(t, bridge)
	create(t, bridge)
	create(t, bridge)
	check(t, bridge, resource.Present, "")
	remove(t, bridge)
	remove(t, bridge)
	check(t, bridge, resource.Absent, "")
}

func TestForeignBridgeIsRefusedAndLeftAlone(t *testing.T) {
	for _, kind := range []string{"bridge", "dummy"} {
		t.Run(kind, func(t *testing.T) {
			netnstest.Enter(t)
			if err := netlink.LinkAdd(&netlink.GenericLink{LinkAttrs: netlink.LinkAttrs{Name: "testbr", TxQLen: -1}, LinkType: kind}); err != nil {
				t.Skipf("this kernel makes no %s: %v", kind, err)
			}
			bridge := testBridge()
			var foreign *resource.ForeignError
			if err := (resource.Set{bridge}).Create(nil); !errors.As(err, &foreign) || !strings.Contains(err.Error(), `"testbr"`) {
				t.Errorf("creating: %v, want a ForeignError that names it", err)
			}
			check(t, bridge, resource.Foreign, "not mydocker's")
			remove(t, bridge)
			if _, err := netlink.LinkByName("testbr"); err != nil {
				t.Errorf("the foreign link is gone: %v", err)
			}
			if addresses := netnstest.Shell(t, "ip -4 addr show testbr"); strings.Contains(addresses, "inet") {
				t.Errorf("the foreign link got an address:\n%s", addresses)
			}
		})
	}
}

func TestBridgeCheckFindsWhatSomebodyChanged(t *testing.T) {
	for _, test := range []struct{ change, want string }{
		{"ip link set testbr down", "down"},
		{"ip addr flush dev testbr", "10.10.10.1/24"},
		{"ip route del 10.10.10.0/24 dev testbr", "no route leads to 10.10.10.0/24"},
		{"sysctl -w net.ipv4.conf.testbr.route_localnet=0", "route_localnet"},
		{"sysctl -w net.ipv4.conf.testbr.forwarding=0", "forwarding"},
	} {
		t.Run(test.change, func(t *testing.T) {
			netnstest.Enter(t)
			bridge := testBridge()
			create(t, bridge)
			netnstest.Shell(t, test.change)
			check(t, bridge, resource.Altered, test.want)
			if err := resource.Mend(bridge); err != nil {
				t.Fatal(err)
			}
			check(t, bridge, resource.Present, "")
		})
	}
}

func TestMendingBringsTheKernelsOwnRouteBack(t *testing.T) {
	netnstest.Enter(t)
	bridge := testBridge()
	create(t, bridge)
	want := netnstest.Shell(t, "ip route")
	netnstest.Shell(t, "ip route del 10.10.10.0/24 dev testbr")
	if err := resource.Mend(bridge); err != nil {
		t.Fatal(err)
	}
	if got := netnstest.Shell(t, "ip route"); got != want {
		t.Errorf("the routes are\n%s\nand were\n%s", got, want)
	}
}

func TestForwardingIsCheckedAndMended(t *testing.T) {
	netnstest.Enter(t)
	netnstest.Shell(t, "sysctl -w net.ipv4.ip_forward=0")
	check(t, Forwarding{}, resource.Altered, "it is 0")
	create(t, Forwarding{})
	check(t, Forwarding{}, resource.Present, "")
	remove(t, Forwarding{}) // others may need it
	check(t, Forwarding{}, resource.Present, "")
	netnstest.Shell(t, "sysctl -w net.ipv4.ip_forward=0")
	netnstest.Shell(t, Forwarding{}.Explain().Create...)
	check(t, Forwarding{}, resource.Present, "")
}

func TestABridgeOfAnotherInstanceIsForeign(t *testing.T) {
	netnstest.Enter(t)
	own, other := testBridge(), testBridge()
	other.Instance = "/run/other"
	create(t, other)
	check(t, own, resource.Foreign, "another mydocker (--run-root /run/other)")
	if err := own.Create(); !errors.As(err, new(*resource.ForeignError)) {
		t.Errorf("creating: %v, want a ForeignError", err)
	}
	remove(t, own)
	check(t, other, resource.Present, "")
	links, err := Links()
	if want := (Link{Kind: BridgeKind, Name: "testbr", Owner: "testbr", Mark: "/run/other", Marked: true}); err != nil || len(links) != 1 || links[0] != want {
		t.Errorf("links %+v, %v, want %+v", links, err, want)
	}
}

func TestCreateCompletesWhatACrashLeft(t *testing.T) {
	netnstest.Enter(t)
	bridge := testBridge()
	netnstest.Shell(t, fmt.Sprintf("ip link add testbr group %d type bridge", unfinishedGroup))
	create(t, bridge)
	check(t, bridge, resource.Present, "")
}

func TestBridgeExplanationDoesTheSame(t *testing.T) {
	netnstest.Enter(t)
	for _, name := range []string{"testbr", "my.net_1-a"} {
		bridge := &Bridge{Name: name, Address: netip.MustParsePrefix("10.10.10.1/24"), Instance: "/run/my docker"}
		create(t, bridge)
		want := describeLinks(t)
		remove(t, bridge)

		steps := bridge.Explain()
		netnstest.Shell(t, steps.Create...)
		check(t, bridge, resource.Present, "")
		if got := describeLinks(t); got != want {
			t.Errorf("the shell made\n%s\nand Create made\n%s", got, want)
		}
		netnstest.Shell(t, steps.Remove...)
		check(t, bridge, resource.Absent, "")
	}
}

func TestLinksListsOursAlone(t *testing.T) {
	netnstest.Enter(t)
	netnstest.Shell(t, "ip link add foreign type bridge", "ip link add veth0 type veth peer name veth1")
	create(t, testBridge())
	veth := newVeth("1891821312", "10.10.10.2", netnstest.New(t))
	create(t, veth)
	links, err := Links()
	if err != nil {
		t.Fatal(err)
	}
	want := map[Link]bool{
		{Kind: "bridge", Name: "testbr", Owner: "testbr", Mark: "/run/mydocker", Marked: true}:           true,
		{Kind: "veth", Name: "veth1891821312", Owner: "1891821312", Mark: "/run/mydocker", Marked: true}: true,
	}
	for _, link := range links {
		if !want[link] {
			t.Errorf("%+v is not ours", link)
		}
		delete(want, link)
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
}

// describeLinks gives what `ip` shows of everything, without what differs each
// time: indexes, timers, link-local addresses, hardware addresses by chance.
func describeLinks(t *testing.T) string {
	t.Helper()
	passedOver := regexp.MustCompile("fe80|ff00|valid_lft")
	chance := regexp.MustCompile("^[0-9]+: |@if[0-9]+|link-netnsid [0-9]+|[a-z_]+_timer +[0-9.]+")
	addressByChance := regexp.MustCompile("link/ether [0-9a-f:]+")
	var kept []string
	for line := range strings.Lines(netnstest.Shell(t, "ip -details addr", "ip route show table all", "ip rule")) {
		if passedOver.MatchString(line) {
			continue
		}
		line = chance.ReplaceAllString(line, "")
		if !strings.Contains(line, "ether fe:6d:") && !strings.Contains(line, "ether 02:42:") {
			line = addressByChance.ReplaceAllString(line, "link/ether")
		}
		kept = append(kept, strings.TrimSpace(line))
	}
	return strings.Join(kept, "\n")
}

func create(t testing.TB, r resource.Resource) {
	t.Helper()
	if err := r.Create(); err != nil {
		t.Fatalf("creating %s: %v", r, err)
	}
}

func remove(t testing.TB, r resource.Resource) {
	t.Helper()
	if err := r.Remove(); err != nil {
		t.Fatalf("removing %s: %v", r, err)
	}
}

func check(t testing.TB, r resource.Resource, want resource.State, detail string) {
	t.Helper()
	got, err := r.Check()
	if err != nil {
		t.Fatalf("checking %s: %v", r, err)
	}
	if got.State != want || !strings.Contains(got.Detail, detail) {
		t.Errorf("%s is %s (%s), want %s (%s)", r, got.State, got.Detail, want, detail)
	}
}
