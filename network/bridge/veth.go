package bridge

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"mydocker/internal/instance"
	"mydocker/internal/members"
	"mydocker/internal/netdevice"
	"mydocker/network"
	"mydocker/resource"
)

// Veth connects a container to a bridge: a pair of links, one end a port of
// the bridge, the other the container's eth0.
type Veth struct {
	Name    string // of the host's end: VethName(ID)
	Bridge  string
	Address netip.Prefix // of eth0, with the subnet's mask
	Gateway netip.Addr
	IPv6    bool // eth0's is left as the container's sysctls have it; else it is off

	Instance instance.Mark

	// Sandbox is a path to the container's network namespace. Create needs
	// it. Where it is known, Check looks at the container's end too. It is not
	// recorded.
	Sandbox string
}

// Members implements members.Object.
func (v *Veth) Members(list *members.List) {
	list.Always("name", &v.Name)
	list.Always("bridge", &v.Bridge)
	list.Always("address", &v.Address)
	list.Always("gateway", &v.Gateway)
	list.Given("ipv6", &v.IPv6)
	list.Given("instance", (*string)(&v.Instance))
}

const (
	// VethKind is the kind of a Veth in state files.
	VethKind = "veth"

	vethPrefix = "veth" // of the host's end; the ID follows
	vethType   = "veth" // rtnl_link_ops.kind in drivers/net/veth.c
	inside     = "eth0" // the container's end
)

// VethName names the host's end of a container's pair. Interface names hold 15
// bytes (IFNAMSIZ, linux/if.h), which leaves 11 for the container's ID.
func VethName(container string) string { return vethPrefix + container }

func (v *Veth) Kind() string   { return VethKind }
func (v *Veth) String() string { return fmt.Sprintf("veth %q", v.Name) }

// Create makes the pair and configures both ends; when it returns, packets
// flow. A link of that name that mydocker did not make is a
// *resource.ForeignError.
func (v *Veth) Create() error {
	if v.Sandbox == "" {
		return errors.New("no network namespace is known to put its other end into")
	}
	host, err := openHost()
	if err != nil {
		return err
	}
	defer host.Close()
	sandbox, err := network.OpenSandbox(v.Sandbox)
	if err != nil {
		return err
	}
	defer sandbox.Close()
	if err := v.connect(host, sandbox); err != nil {
		return err
	}
	if err := sandbox.Do(v.configure); err != nil {
		return err
	}
	return v.awaitPackets(host)
}

// awaitPackets looks at the port first: the bridge has a carrier when a port
// has. A bridge that never lost its carrier may not know its state.
func (v *Veth) awaitPackets(host *netlink.Handle) error {
	if err := awaitReady(host, v.Name, netlink.OperUp); err != nil {
		return err
	}
	return awaitReady(host, v.Bridge, netlink.OperUp, netlink.OperUnknown)
}

// connect makes the pair, one end on the bridge and up, the other in the
// sandbox under its final name.
func (v *Veth) connect(host *netlink.Handle, sandbox *network.Sandbox) error {
	bridge, err := find(host, v.Bridge)
	switch {
	case err != nil:
		return err
	case bridge == nil:
		return fmt.Errorf("bridge %q does not exist; remove the network and create it again", v.Bridge)
	case !isBridgeOf(bridge, v.Instance):
		return foreign(bridge)
	}
	pair := v.pair(sandbox)
	err = host.LinkAdd(pair)
	if errors.Is(err, unix.EEXIST) {
		err = v.replace(host, sandbox, pair)
	}
	if err != nil {
		return err
	}
	if err := host.LinkSetAlias(pair, v.Instance.Label()); err != nil {
		return fmt.Errorf("marking it as mydocker's: %w", err)
	}
	if err := keepUnaddressed(host, pair); err != nil {
		return fmt.Errorf("keeping the kernel from giving it an IPv6 address: %w", err)
	}
	if err := host.LinkSetMaster(pair, bridge); err != nil {
		return fmt.Errorf("attaching it to bridge %q: %w", v.Bridge, err)
	}
	// A container that calls a port that it publishes itself is sent back
	// where it came from, which a bridge does not do by itself. That shows
	// where br_netfilter redirects packets inside the bridge, as on hosts
	// with docker.
	if err := host.LinkSetHairpin(pair, true); err != nil {
		return fmt.Errorf("letting packets turn around on it: %w", err)
	}
	return host.LinkSetUp(pair)
}

func (v *Veth) pair(sandbox *network.Sandbox) *netlink.Veth {
	attributes := netlink.NewLinkAttrs()
	attributes.Name = v.Name
	attributes.HardwareAddr = hostEndMAC()
	return &netlink.Veth{
		LinkAttrs:        attributes,
		PeerName:         inside,
		PeerTxQLen:       -1, // the kernel's default
		PeerHardwareAddr: network.MACOf(v.Address.Addr()),
		PeerNamespace:    netlink.NsFd(sandbox.Namespace),
	}
}

// replace finds out why the kernel would not make the pair: the host's end
// exists, or the sandbox has an eth0. Of ours, it keeps a pair that leads into
// this sandbox and makes another one anew, such as that of an earlier run of
// the container whose network namespace something still holds.
func (v *Veth) replace(host *netlink.Handle, sandbox *network.Sandbox, pair *netlink.Veth) error {
	outer, err := find(host, v.Name)
	if err != nil {
		return err
	}
	if outer != nil && !isVethOf(outer, v.Instance) {
		return foreign(outer)
	}
	inner, err := findInside(sandbox)
	if err != nil {
		return err
	}
	switch {
	case isPair(outer, inner):
		pair.Index = outer.Attrs().Index
		return nil
	case inner != nil:
		return &resource.ForeignError{Object: fmt.Sprintf("link %q in the container", inside)}
	}
	if err := v.Remove(); err != nil {
		return err
	}
	return host.LinkAdd(pair)
}

// findInside gives nil for a sandbox without an eth0.
func findInside(sandbox *network.Sandbox) (netlink.Link, error) {
	handle, err := sandbox.Netlink()
	if err != nil {
		return nil, err
	}
	defer handle.Close()
	return find(handle, inside)
}

// isPair tells whether two ends, either of which may be missing, name each
// other as their peer.
func isPair(outer, inner netlink.Link) bool {
	return outer != nil && inner != nil &&
		inner.Attrs().ParentIndex == outer.Attrs().Index && outer.Attrs().ParentIndex == inner.Attrs().Index
}

// configure gives the container's end its address and the way out. It runs in the
// sandbox.
func (v *Veth) configure() error {
	devices, err := netdevice.Open()
	if err != nil {
		return err
	}
	defer devices.Close()
	if !v.IPv6 {
		if err := disableIPv6(inside); err != nil {
			return err
		}
	}
	if err := devices.BringUp(netdevice.Loopback); err != nil {
		return err
	}
	if err := devices.SetAddress(inside, v.Address); err != nil {
		return err
	}
	if err := devices.BringUp(inside); err != nil {
		return err
	}
	return devices.AddDefaultRoute(v.Gateway)
}
