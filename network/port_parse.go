package network

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// ParsePorts reads the values of all -p flags of one command. A host port that
// two of them claim is an error.
func ParsePorts(specs []string) ([]PortMapping, error) {
	type claim struct {
		protocol string
		port     uint16
	}
	var all []PortMapping
	claims := map[claim][]PortMapping{}
	for _, spec := range specs {
		mappings, err := ParsePort(spec)
		if err != nil {
			return nil, err
		}
		for _, mapping := range mappings {
			key := claim{mapping.Protocol, mapping.HostPort}
			if rival := slices.IndexFunc(claims[key], mapping.Collides); rival >= 0 {
				return nil, fmt.Errorf("parsing port %q: host port %s is published twice, also as %s; choose another", spec, mapping.published(), claims[key][rival])
			}
			if mapping.HostPort != 0 {
				claims[key] = append(claims[key], mapping)
			}
		}
		all = append(all, mappings...)
	}
	return all, nil
}

// ParsePort reads the value of one -p flag:
//
//	[[HOSTIP:][HOST]:]CONTAINER[/tcp|/udp]
//
// such as 8080:80, 127.0.0.1:5353:53/udp, 80 or 127.0.0.1::80 (the kernel
// chooses the host's port at start), and 8000-8002:80-82, which is three
// mappings.
func ParsePort(spec string) ([]PortMapping, error) {
	mappings, err := parsePort(spec)
	if err != nil {
		return nil, fmt.Errorf("parsing port %q: %w", spec, err)
	}
	return mappings, nil
}

func parsePort(spec string) ([]PortMapping, error) {
	ports, protocol, err := cutProtocol(spec)
	if err != nil {
		return nil, err
	}
	hostIP, host, container, err := splitPorts(ports)
	if err != nil {
		return nil, err
	}
	inside, err := parseRange("container", container)
	if err != nil {
		return nil, err
	}
	var outside portRange // 0: chosen by the kernel
	if host != "" {
		outside, err = parseRange("host", host)
		if err == nil && outside.length() != inside.length() {
			err = fmt.Errorf("%d host ports cannot lead to %d container ports; make the ranges equally long", outside.length(), inside.length())
		}
	}
	if err != nil {
		return nil, err
	}
	return pair(hostIP, outside, inside, protocol), nil
}

func pair(hostIP netip.Addr, outside, inside portRange, protocol string) []PortMapping {
	mappings := make([]PortMapping, inside.length())
	for i := range mappings {
		mappings[i] = PortMapping{HostIP: hostIP, ContainerPort: inside.first + uint16(i), Protocol: protocol}
		if outside.first != 0 {
			mappings[i].HostPort = outside.first + uint16(i)
		}
	}
	return mappings
}

func cutProtocol(spec string) (ports, protocol string, err error) {
	ports, protocol, found := strings.Cut(spec, "/")
	if !found {
		return ports, TCP, nil
	}
	switch protocol = strings.ToLower(protocol); protocol {
	case TCP, UDP:
		return ports, protocol, nil
	case "sctp":
		return "", "", errors.New("sctp is not supported; use tcp or udp")
	}
	return "", "", fmt.Errorf("protocol %q is unknown; use tcp or udp", protocol)
}

// splitPorts takes [[HOSTIP:][HOST]:]CONTAINER apart. An empty host stands for
// a port that the kernel chooses.
func splitPorts(ports string) (hostIP netip.Addr, host, container string, err error) {
	if strings.HasPrefix(ports, "[") {
		return hostIP, "", "", errors.New("IPv6 addresses are not supported yet; use an IPv4 address of the host")
	}
	parts := strings.Split(ports, ":")
	switch len(parts) {
	case 1:
		return hostIP, "", parts[0], nil
	case 2:
		if parts[0] == "" {
			return hostIP, "", "", errors.New("the host port is missing; without ':' the kernel chooses one")
		}
		return hostIP, parts[0], parts[1], nil
	case 3:
		hostIP, err = parseHostIP(parts[0])
		return hostIP, parts[1], parts[2], err
	}
	return hostIP, "", "", errors.New("too many ':'; write it as HOSTIP:HOST:CONTAINER with an IPv4 address")
}

// parseHostIP takes 0.0.0.0 for what it means: every address.
func parseHostIP(text string) (netip.Addr, error) {
	address, err := netip.ParseAddr(text)
	if err != nil || !address.Is4() {
		return netip.Addr{}, fmt.Errorf("host address %q is not an IPv4 address; write it as HOSTIP:HOST:CONTAINER", text)
	}
	if address.IsUnspecified() {
		return netip.Addr{}, nil
	}
	return address, nil
}

type portRange struct{ first, last uint16 }

func (r portRange) length() int { return int(r.last) - int(r.first) + 1 }

func parseRange(side, text string) (portRange, error) {
	from, to, isRange := strings.Cut(text, "-")
	first, err := parseNumber(side, from)
	if err != nil || !isRange {
		return portRange{first, first}, err
	}
	last, err := parseNumber(side, to)
	if err == nil && last < first {
		err = fmt.Errorf("%s ports %s run backwards; put the lower port first", side, text)
	}
	return portRange{first, last}, err
}

func parseNumber(side, text string) (uint16, error) {
	number, err := strconv.ParseUint(text, 10, 16)
	switch {
	case text == "":
		return 0, fmt.Errorf("the %s port is missing; write it as HOST:CONTAINER", side)
	case errors.Is(err, strconv.ErrSyntax):
		return 0, fmt.Errorf("%s port %q is not a number; write it as HOST:CONTAINER", side, text)
	case err == nil && number == 0 && side == "host":
		return 0, errors.New("host port must be 1 to 65535; leave it out to let the kernel choose one")
	case err != nil || number == 0:
		return 0, fmt.Errorf("%s port must be 1 to 65535", side)
	}
	return uint16(number), nil
}
