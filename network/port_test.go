package network_test

import (
	"fmt"
	"strings"
	"testing"

	"mydocker/internal/members"
	"mydocker/network"
)

func TestParsePort(t *testing.T) {
	for _, test := range []struct {
		spec string
		want string // as ps shows it
	}{
		{"8080:80", "0.0.0.0:8080->80/tcp"},
		{"8080:80/tcp", "0.0.0.0:8080->80/tcp"},
		{"53:53/udp", "0.0.0.0:53->53/udp"},
		{"53:53/UDP", "0.0.0.0:53->53/udp"},
		{"127.0.0.1:8080:80", "127.0.0.1:8080->80/tcp"},
		{"0.0.0.0:8080:80", "0.0.0.0:8080->80/tcp"},
		{"80", "80/tcp"},
		{"53/udp", "53/udp"},
		{"127.0.0.1::80", "80/tcp"},
		{"1:65535", "0.0.0.0:1->65535/tcp"},
		{"65535:1", "0.0.0.0:65535->1/tcp"},
		{"8000-8002:80-82", "0.0.0.0:8000->80/tcp 0.0.0.0:8001->81/tcp 0.0.0.0:8002->82/tcp"},
		{"65534-65535:65534-65535", "0.0.0.0:65534->65534/tcp 0.0.0.0:65535->65535/tcp"},
		{"80-81", "80/tcp 81/tcp"},
		{"8080-8080:80", "0.0.0.0:8080->80/tcp"},
	} {
		mappings, err := network.ParsePort(test.spec)
		if err != nil || join(mappings) != test.want {
			t.Errorf("%q: %s, %v, want %s", test.spec, join(mappings), err, test.want)
		}
	}
}

func TestParsePortRefuses(t *testing.T) {
	for _, test := range []struct{ spec, want string }{
		{"", "container port is missing"},
		{"8080:", "container port is missing"},
		{":80", "host port is missing"},
		{":", "host port is missing"},
		{"0:80", "host port must be 1 to 65535; leave it out"},
		{"80:0", "container port must be 1 to 65535"},
		{"0", "container port must be 1 to 65535"},
		{"65536:80", "host port must be 1 to 65535"},
		{"80:65536", "container port must be 1 to 65535"},
		{"99999999999999999999:80", "host port must be 1 to 65535"},
		{"http:80", `host port "http" is not a number`},
		{"80:http", `container port "http" is not a number`},
		{"-1:80", "missing"},
		{"+80:80", "not a number"},
		{"8080 :80", "not a number"},
		{"0x50:80", "not a number"},
		{"80:80/sctp", "sctp is not supported"},
		{"80:80/icmp", `protocol "icmp" is unknown`},
		{"80:80/", `protocol "" is unknown`},
		{"80:80/tcp/udp", "is unknown"},
		{"localhost:80:80", `host address "localhost" is not an IPv4 address`},
		{":80:80", "is not an IPv4 address"},
		{"1.2.3:80:80", "is not an IPv4 address"},
		{"[::1]:80:80", "IPv6"},
		{"::1:80:80", "too many ':'"},
		{"1:2:3:4", "too many ':'"},
		{"8000-8002:80", "3 host ports cannot lead to 1 container ports"},
		{"8000:80-82", "1 host ports cannot lead to 3 container ports"},
		{"8002-8000:80-82", "run backwards"},
		{"8000-:80", "missing"},
		{"8000-8001-8002:80", "not a number"},
		{"0-1:80-81", "host port must be 1 to 65535"},
		{"65535-65536:1-2", "host port must be 1 to 65535"},
	} {
		_, err := network.ParsePort(test.spec)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), fmt.Sprintf("parsing port %q: ", test.spec)) {
			t.Errorf("%q: %v, want %q", test.spec, err, test.want)
		}
	}
}

func TestParsePortsRefusesWhatIsPublishedTwice(t *testing.T) {
	for _, test := range []struct {
		specs   []string
		refused bool
	}{
		{[]string{"8080:80", "8080:81"}, true},
		{[]string{"8080:80", "8080:80"}, true},
		{[]string{"8080:80", "127.0.0.1:8080:81"}, true},
		{[]string{"8000-8010:1-11", "8005:99"}, true},
		{[]string{"8080:80", "8081:80"}, false},
		{[]string{"53:53/udp", "53:53/tcp"}, false},
		{[]string{"127.0.0.1:80:80", "192.0.2.2:80:80"}, false},
		{[]string{"80", "80"}, false},
		{nil, false},
	} {
		_, err := network.ParsePorts(test.specs)
		if test.refused && (err == nil || !strings.Contains(err.Error(), "published twice")) || !test.refused && err != nil {
			t.Errorf("%q: %v", test.specs, err)
		}
	}
	if _, err := network.ParsePorts([]string{"1-65535:1-65535", "1-65535:1-65535/udp"}); err != nil {
		t.Error(err)
	}
	if _, err := network.ParsePorts([]string{"80:80", "junk"}); err == nil || !strings.Contains(err.Error(), `"junk"`) {
		t.Errorf("junk after a good one: %v", err)
	}
}

func TestPortMappingSurvivesTheStateFile(t *testing.T) {
	mappings, err := network.ParsePorts([]string{"127.0.0.1:8080:80", "53:53/udp", "80"})
	if err != nil {
		t.Fatal(err)
	}
	data, err := members.Marshal(members.Array(&mappings))
	if err != nil {
		t.Fatal(err)
	}
	var read []network.PortMapping
	if err := members.Unmarshal(data, members.Array(&read)); err != nil || fmt.Sprint(read) != fmt.Sprint(mappings) {
		t.Errorf("%s became %v, %v", data, read, err)
	}
}

func FuzzParsePort(f *testing.F) {
	for _, seed := range []string{"8080:80", "127.0.0.1:8080:80/udp", "8000-8002:80-82", "80", "0:80", "65536:1", "127.0.0.1::80", "[::1]:80:80", "80:80/sctp", "1-65535:1-65535", "2-1:1-2", ":::", "0.0.0.0:1:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, spec string) {
		mappings, err := network.ParsePort(spec)
		if (err == nil) == (len(mappings) == 0) {
			t.Fatalf("%q: %d mappings, %v", spec, len(mappings), err)
		}
		for i, mapping := range mappings {
			if mapping.ContainerPort == 0 || mapping.Protocol != "tcp" && mapping.Protocol != "udp" {
				t.Fatalf("%q: mapping %+v", spec, mapping)
			}
			if i > 0 && mapping.ContainerPort != mappings[i-1].ContainerPort+1 {
				t.Fatalf("%q: %v jumps", spec, mappings)
			}
		}
		if _, err := network.ParsePorts([]string{spec}); len(mappings) > 0 && err != nil {
			t.Fatalf("%q collides with itself: %v", spec, err)
		}
		for _, mapping := range mappings[:min(len(mappings), 3)] {
			printed := printPort(mapping)
			if again, err := network.ParsePort(printed); err != nil || len(again) != 1 || again[0] != mapping {
				t.Fatalf("%q, printed as %q, became %v, %v; it was %v", spec, printed, again, err, mapping)
			}
		}
	})
}

// printPort writes a mapping as a person would type it after -p.
func printPort(m network.PortMapping) string {
	host := ""
	if m.HostPort != 0 {
		host = fmt.Sprint(m.HostPort) + ":"
	}
	if m.HostIP.IsValid() {
		host = m.HostIP.String() + ":" + strings.TrimSuffix(host, ":") + ":"
	}
	return fmt.Sprintf("%s%d/%s", host, m.ContainerPort, m.Protocol)
}

func join(mappings []network.PortMapping) string {
	var all []string
	for _, mapping := range mappings {
		all = append(all, mapping.String())
	}
	return strings.Join(all, " ")
}
