package snapshot

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// readRules lists the packet filter rules of IPv4 and IPv6 in the words of
// iptables-save. A chain of the kernel's own that is empty and accepts
// everything is the same as none: listing rules may create it.
func readRules(Scope) ([]string, error) {
	var lines []string
	for _, tool := range saveTools() {
		output, err := run(tool)
		if err != nil {
			return nil, err
		}
		lines = append(lines, parseSave(output)...)
	}
	return lines, nil
}

// saveTools gives the programs that list what there is. The one of the old
// kernel interface is asked only where that interface holds a table, because
// asking makes one.
func saveTools() []string {
	var tools []string
	for _, family := range []struct{ tool, legacy, tables string }{
		{"iptables-save", "iptables-legacy-save", "/proc/thread-self/net/ip_tables_names"},
		{"ip6tables-save", "ip6tables-legacy-save", "/proc/thread-self/net/ip6_tables_names"},
	} {
		for _, tool := range []string{family.tool, family.legacy} {
			tables, _ := os.ReadFile(family.tables)
			if _, err := exec.LookPath(tool); err == nil && (tool == family.tool || len(tables) > 0) {
				tools = append(tools, tool)
			}
		}
	}
	return tools
}

func run(tool string) ([]byte, error) {
	output, err := exec.Command(tool).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("running %s: %w: %s", tool, err, bytes.TrimSpace(exit.Stderr))
	}
	return output, err
}

// parseSave reads the format of iptables-save: "*table", ":CHAIN POLICY
// [packets:bytes]" (policy "-" for a user's chain), then rules.
func parseSave(output []byte) []string {
	var lines []string
	var table string
	scanner := bufio.NewScanner(bytes.NewReader(output))
	for scanner.Scan() {
		line := scanner.Text()
		switch {
		case strings.HasPrefix(line, "*"):
			table = line[1:]
		case strings.HasPrefix(line, ":"):
			chain, policy := chainAndPolicy(line[1:])
			if policy != "ACCEPT" {
				lines = append(lines, fmt.Sprintf("-t %s -P %s %s", table, chain, policy))
			}
		case strings.HasPrefix(line, "-"):
			lines = append(lines, fmt.Sprintf("-t %s %s", table, line))
		case strings.HasPrefix(line, "# Table"): // one that iptables cannot show
			lines = append(lines, line[2:])
		}
	}
	return lines
}

func chainAndPolicy(line string) (chain, policy string) {
	chain, rest, _ := strings.Cut(line, " ")
	policy, _, _ = strings.Cut(rest, " ")
	return chain, policy
}
