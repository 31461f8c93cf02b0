// Package network holds the words that container networking is spoken in:
// networks, subnets, published ports. Its children do the work:
// bridge drives the kernel's bridges and veth pairs, ipam hands out addresses,
// firewall writes NAT rules.
package network

import (
	"fmt"
	"net/netip"
	"time"

	"mydocker/internal/members"
)

// BridgeDriver is the one driver there is: a Linux bridge on the host, named
// after its network.
const BridgeDriver = "bridge"

// Network is what is recorded of a network.
type Network struct {
	Name    string
	Driver  string
	Subnet  netip.Prefix // masked, such as 10.10.10.0/24
	Gateway netip.Addr   // the bridge's address
	Created time.Time
}

// Members implements members.Object.
func (n *Network) Members(list *members.List) {
	list.Always("name", &n.Name)
	list.Always("driver", &n.Driver)
	list.Always("subnet", &n.Subnet)
	list.Always("gateway", &n.Gateway)
	list.Always("created", &n.Created)
}

// MarshalJSON implements json.Marshaler, by which networks are shown.
func (n Network) MarshalJSON() ([]byte, error) { return members.MarshalReadable(&n) }

// GatewayPrefix is the gateway with the subnet's mask, such as 10.10.10.1/24.
// That is what `network list` shows as IpRange.
func (n Network) GatewayPrefix() netip.Prefix {
	return netip.PrefixFrom(n.Gateway, n.Subnet.Bits())
}

// Validate refuses a network without room for containers. What was recorded has
// been checked before, so that such a record is damaged.
func (n Network) Validate() error {
	subnet, gateway, err := ParseSubnet(n.GatewayPrefix().String())
	if err != nil {
		return err
	}
	if subnet != n.Subnet || gateway != n.Gateway {
		return fmt.Errorf("the gateway %s is no host of the subnet %s", n.Gateway, n.Subnet)
	}
	return nil
}

// ValidateDriver refuses every driver that does not exist.
func ValidateDriver(driver string) error {
	if driver != BridgeDriver {
		return fmt.Errorf("choosing network driver %q: unknown; the only driver is %q", driver, BridgeDriver)
	}
	return nil
}
