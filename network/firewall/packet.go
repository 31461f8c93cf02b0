package firewall

import "net/netip"

// Packet is the first packet of a kind, with what is known of it at a hook. A
// field that is left out is not known.
type Packet struct {
	Hook            string
	In, Out         Wire
	Source          Endpoint
	Destination     Endpoint
	Protocol        Protocol
	DestinationPort uint16
	States          StateSet
}

// Wire is an interface that a packet comes from or goes to: a certain one, or any
// but a certain one.
type Wire struct {
	Name string
	Not  string
}

// Endpoint is an address of which something is known.
type Endpoint struct {
	Within  netip.Prefix // it is one of these
	Outside netip.Prefix // it is none of these
	Local   bool         // it is one of the host's own, else none of them
}

// answer says whether a packet matches, given what is known of it.
type answer int

const (
	no answer = iota
	maybe
	yes
)

func truth(b bool) answer {
	if b {
		return yes
	}
	return no
}

func (r ListedRule) matches(p Packet) answer {
	if r.Never {
		return no
	}
	least := yes
	if r.More {
		least = maybe
	}
	for _, one := range []answer{
		r.Rule.In.matches(p.In),
		r.Rule.Out.matches(p.Out),
		p.Source.in(r.Rule.Source),
		p.Destination.in(r.Rule.Destination),
		p.Destination.is(r.Rule.DestinationType),
		p.speaks(r.Rule.Protocol),
		p.goesTo(r.Rule.DestinationPort),
		truth(r.States == 0 || r.States&p.States != 0),
	} {
		least = min(least, one)
	}
	return least
}

func (i Interface) matches(w Wire) answer {
	switch {
	case i.Name == "":
		return yes
	case w.Name != "":
		return truth((i.Name == w.Name) != i.Not)
	case w.Not == i.Name:
		return truth(i.Not)
	}
	return maybe
}

func (e Endpoint) in(prefix netip.Prefix) answer {
	switch {
	case !prefix.IsValid() || prefix.Bits() == 0:
		return yes
	case e.Within.IsValid() && !e.Within.Overlaps(prefix):
		return no
	case e.Within.IsValid() && prefix.Bits() <= e.Within.Bits():
		return yes
	case e.Outside.IsValid() && e.Outside.Overlaps(prefix) && e.Outside.Bits() <= prefix.Bits():
		return no
	}
	return maybe
}

func (e Endpoint) is(t AddressType) answer {
	switch t {
	case Local:
		return truth(e.Local)
	case NotLocal:
		return truth(!e.Local)
	}
	return yes
}

func (p Packet) speaks(protocol Protocol) answer {
	switch {
	case protocol == "":
		return yes
	case p.Protocol == "":
		return maybe
	}
	return truth(protocol == p.Protocol)
}

func (p Packet) goesTo(port uint16) answer {
	switch {
	case port == 0:
		return yes
	case p.DestinationPort == 0:
		return maybe
	}
	return truth(port == p.DestinationPort)
}
