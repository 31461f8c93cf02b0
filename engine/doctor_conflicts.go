package engine

import (
	"fmt"
	"net/netip"

	"mydocker/internal/shell"
	"mydocker/network"
	"mydocker/network/firewall"
	"mydocker/network/firewall/iptables"
)

// lookForConflicts looks for what others have on the host that stands against a
// network whose own objects are in place. Nothing of it is touched: whose it is
// decides.
func (l *look) lookForConflicts(n *network.Network) error {
	claims, err := network.Claims(n.Subnet, n.Name)
	if err != nil {
		return err
	}
	for _, claim := range claims {
		l.reportClaim(n, claim)
	}
	rules, err := iptables.Ruleset()
	if err != nil {
		return err
	}
	for _, packet := range forwarded(n) {
		if decided, dropped := rules.Dropped(packet.Packet); dropped {
			l.reportDrop(n, decided, packet)
		}
	}
	for _, found := range l.containers {
		if found.State == Up && found.Record.Network == n.Name {
			l.lookForShadows(n, found, rules)
		}
	}
	return nil
}

func (l *look) reportClaim(n *network.Network, claim network.Claim) {
	why := fmt.Sprintf("packets for some of the containers on %s go there instead", n.Subnet)
	if claim.Prefix.Bits() < n.Subnet.Bits() {
		why = fmt.Sprintf("whoever has an address of %s behind it cannot be reached from this host", n.Subnet)
	}
	l.report(Finding{
		Class: Conflict, Kind: "route", Object: claim.What, Network: n.Name,
		Detail: fmt.Sprintf("it overlaps with the network's subnet %s", n.Subnet), Why: why,
		Remedy: []string{claim.Delete},
	})
}

// journey is a packet that a network is there for.
type journey struct {
	firewall.Packet
	why string // what does not work when it is dropped
}

// forwarded are the packets that a network passes on for its containers.
func forwarded(n *network.Network) []journey {
	here, elsewhere := firewall.Wire{Name: n.Name}, firewall.Wire{Not: n.Name}
	inside, outside := firewall.Endpoint{Within: n.Subnet}, firewall.Endpoint{Outside: n.Subnet}
	const nobody = "containers on the network reach nobody outside"
	const closed = "published ports of containers on the network are not reached"
	return []journey{
		{firewall.Packet{Hook: firewall.Prerouting, In: here, Source: inside, Destination: outside, States: firewall.New}, nobody},
		{firewall.Packet{Hook: firewall.Forward, In: here, Out: elsewhere, Source: inside, Destination: outside, States: firewall.New}, nobody},
		{firewall.Packet{Hook: firewall.Forward, In: elsewhere, Out: here, Source: outside, Destination: inside, States: firewall.Established}, nobody},
		{firewall.Packet{Hook: firewall.Forward, In: elsewhere, Out: here, Source: outside, Destination: inside,
			States: firewall.New | firewall.DestinationTranslated}, closed},
	}
}

func (l *look) reportDrop(n *network.Network, decided firewall.Decision, packet journey) {
	f := Finding{Class: Conflict, Kind: "firewall policy", Object: "policy of " + decided.Chain.String(), Network: n.Name, Why: packet.why}
	if rule := decided.Rule(); rule != nil {
		f.Kind, f.Object = "firewall rule", firewall.Place(decided.Chain, decided.Index)
		f.Detail = "it drops them: " + rule.Text
		f.Remedy = []string{rule.Delete}
	} else {
		f.Detail = "it drops them, and no rule of that chain accepts them"
		f.Remedy = admission(decided.Chain, n.Name)
	}
	l.report(f)
}

// admission are the shell lines that have another program's chain let a
// network's packets pass.
func admission(c *firewall.Chain, bridge string) []string {
	if c.Family == "legacy" {
		return []string{
			fmt.Sprintf("iptables-legacy -t %s -I %s -i %s -j ACCEPT", c.Table, c.Name, shell.Quote(bridge)),
			fmt.Sprintf("iptables-legacy -t %s -I %s -o %s -m conntrack --ctstate RELATED,ESTABLISHED,DNAT -j ACCEPT", c.Table, c.Name, shell.Quote(bridge)),
		}
	}
	insert := fmt.Sprintf("nft insert rule %s %s %s ", c.Family, shell.Quote(c.Table), shell.Quote(c.Name))
	return []string{
		insert + fmt.Sprintf(`iifname '"%s"' accept`, bridge),
		insert + fmt.Sprintf(`oifname '"%s"' ct state established,related accept`, bridge),
		insert + fmt.Sprintf(`oifname '"%s"' ct status dnat accept`, bridge),
	}
}

// lookForShadows looks for rules that take a published port before ours do.
func (l *look) lookForShadows(n *network.Network, found Container, rules firewall.Ruleset) {
	for _, port := range found.Record.Ports {
		local := firewall.Endpoint{Local: true}
		if port.HostIP.IsValid() && !port.HostIP.IsUnspecified() {
			local.Within = netip.PrefixFrom(port.HostIP, port.HostIP.BitLen())
		}
		for _, hook := range []string{firewall.Prerouting, firewall.Output} {
			packet := firewall.Packet{
				Hook: hook, Destination: local, States: firewall.New,
				Protocol: firewall.Protocol(port.Protocol), DestinationPort: port.HostPort,
			}
			if hook == firewall.Prerouting {
				packet.In = firewall.Wire{Not: n.Name}
			}
			decided, shadowed := rules.Shadowed(packet, found.Record.ID)
			if !shadowed || hook == firewall.Prerouting && port.HostIP.IsLoopback() {
				continue
			}
			l.report(Finding{
				Class: Conflict, Kind: "firewall rule", Object: firewall.Place(decided.Chain, decided.Index), Container: found.Record.ID,
				Detail: "it comes first: " + decided.Rule().Text,
				Why:    fmt.Sprintf("port %d of the host leads there and not to the container", port.HostPort),
				Remedy: []string{decided.Rule().Delete},
			})
		}
	}
}
