package network

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"slices"
	"strings"
)

const (
	resolvConf = "/etc/resolv.conf"
	// resolvedUplinks is where systemd-resolved lists the servers that its
	// own stub asks (systemd-resolved.service(8)).
	resolvedUplinks = "/run/systemd/resolve/resolv.conf"
	resolvedStub    = "127.0.0.53"
)

// HostResolvConf reads the resolv.conf that tells which name servers the host
// asks: /etc/resolv.conf, or what lies behind it where that points to
// systemd-resolved's stub. A host without one gives nothing.
func HostResolvConf() ([]byte, error) {
	return readResolvConf(resolvConf, resolvedUplinks)
}

func readResolvConf(path, behindStub string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the host's name servers: %w", err)
	}
	if slices.Equal(nameservers(content), []string{resolvedStub}) {
		if uplinks, err := os.ReadFile(behindStub); err == nil {
			return uplinks, nil
		}
	}
	return content, nil
}

// ResolvConf makes a container's resolv.conf (resolv.conf(5)) from the host's.
// It drops the name servers that a network namespace of its own cannot reach:
// loopback addresses, and IPv6 ones. When none is left, it takes Google's
// public ones, as docker does.
func ResolvConf(host []byte) []byte {
	var file strings.Builder
	kept := 0
	for line := range strings.Lines(string(host)) {
		if server, is := nameserver(line); is {
			if !reachable(server) {
				continue
			}
			kept++
		}
		file.WriteString(strings.TrimRight(line, "\n") + "\n")
	}
	if kept == 0 {
		file.WriteString("nameserver 8.8.8.8\nnameserver 8.8.4.4\n")
	}
	return []byte(file.String())
}

func nameservers(content []byte) []string {
	var servers []string
	for line := range strings.Lines(string(content)) {
		if server, is := nameserver(line); is {
			servers = append(servers, server)
		}
	}
	return servers
}

func nameserver(line string) (server string, is bool) {
	fields := strings.Fields(line)
	if len(fields) == 0 || fields[0] != "nameserver" {
		return "", false
	}
	if len(fields) == 1 {
		return "", true
	}
	return fields[1], true
}

func reachable(server string) bool {
	address, err := netip.ParseAddr(server)
	return err == nil && address.Unmap().Is4() && !address.Unmap().IsLoopback() && !address.IsUnspecified()
}
