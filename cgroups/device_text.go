package cgroups

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// RuleText writes a device rule in one line, in the words of the files
// devices.allow and devices.deny (cgroup-v1/devices.rst): "allow c 1:3 rwm".
func RuleText(rule specs.LinuxDeviceCgroup) string {
	verb, kind, access := "deny", rule.Type, rule.Access
	if rule.Allow {
		verb = "allow"
	}
	if kind == "" {
		kind = "a"
	}
	if access == "" {
		access = allAccess.String()
	}
	return fmt.Sprintf("%s %s %s:%s %s", verb, kind, numberText(number(rule.Major)), numberText(number(rule.Minor)), access)
}

// ReadRule reads what RuleText has written.
func ReadRule(text string) (specs.LinuxDeviceCgroup, error) {
	verb, what, _ := strings.Cut(text, " ")
	rule, err := ReadDevices(what)
	if verb != "allow" && verb != "deny" {
		err = errors.New("a rule begins with allow or deny")
	}
	if err != nil {
		return rule, fmt.Errorf("device rule %q: %w", text, err)
	}
	rule.Allow = verb == "allow"
	return rule, nil
}

// ReadDevices reads what comes after the verb: TYPE MAJOR:MINOR ACCESS, where TYPE
// is a, b or c, and a number may be *.
func ReadDevices(text string) (rule specs.LinuxDeviceCgroup, err error) {
	words := strings.Split(text, " ")
	if len(words) != 3 || !strings.Contains("abc", words[0]) || len(words[0]) != 1 || !IsAccess(words[2]) {
		return rule, errors.New("it is not of the form TYPE MAJOR:MINOR ACCESS")
	}
	major, minor, _ := strings.Cut(words[1], ":")
	rule.Type, rule.Access = words[0], words[2]
	if rule.Major, err = readNumber(major); err == nil {
		rule.Minor, err = readNumber(minor)
	}
	return rule, err
}

// readNumber gives nil for "*".
func readNumber(text string) (*int64, error) {
	if text == "*" {
		return nil, nil
	}
	value, err := strconv.ParseUint(text, 10, 31)
	if err != nil {
		return nil, fmt.Errorf("%q is no number of a device", text)
	}
	wanted := int64(value)
	return &wanted, nil
}

// IsAccess tells whether a word has each of r, w and m at most once, and
// nothing else.
func IsAccess(word string) bool {
	access, err := readAccess(word)
	return err == nil && len(word) == len(access.String())
}
