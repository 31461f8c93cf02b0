package image

import (
	"fmt"
	"strings"
)

// looksLikeHost tells whether the first part of a repository with several is
// the host of a registry, by docker's rule.
func looksLikeHost(part string) bool {
	return strings.ContainsAny(part, ".:[") || part == "localhost" || strings.ToLower(part) != part
}

// checkHost checks HOST[:PORT], where HOST is a domain name, an IPv4 address
// or an IPv6 address in brackets.
func checkHost(host string) string {
	name, port := host, ""
	if colon := strings.LastIndexByte(host, ':'); colon > strings.LastIndexByte(host, ']') {
		name, port = host[:colon], host[colon+1:]
		if port == "" || !all(port, isDigit) {
			return fmt.Sprintf("the port of %q is no number", host)
		}
	}
	if inside, ok := strings.CutPrefix(name, "["); ok {
		address, closed := strings.CutSuffix(inside, "]")
		if !closed || address == "" || !all(address, isAddressByte) {
			return fmt.Sprintf("%q is no IPv6 address in brackets", name)
		}
		return ""
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isHostLabel(label) {
			return fmt.Sprintf("%q is no host name", name)
		}
	}
	return ""
}

func isAddressByte(c byte) bool {
	return isDigit(c) || c == ':' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func isHostLabel(label string) bool {
	letterOrDigit := func(c byte) bool { return isLower(c) || isUpper(c) || isDigit(c) }
	if label == "" || !letterOrDigit(label[0]) || !letterOrDigit(label[len(label)-1]) {
		return false
	}
	return all(label, func(c byte) bool { return letterOrDigit(c) || c == '-' })
}

// checkPath checks the parts between slashes.
func checkPath(path string) string {
	for part := range strings.SplitSeq(path, "/") {
		if reason := checkComponent(part); reason != "" {
			return reason
		}
	}
	return ""
}

// checkComponent checks one part: runs of lower-case letters and digits,
// joined by separators, which are ".", "_", "__" or any number of "-".
func checkComponent(part string) string {
	if part == "" {
		return "a part of the repository is empty"
	}
	if strings.ToLower(part) != part {
		return fmt.Sprintf("the repository must be lower case, such as %q", strings.ToLower(part))
	}
	letterOrDigit := func(c byte) bool { return isLower(c) || isDigit(c) }
	for at := 0; at < len(part); {
		run := span(part[at:], letterOrDigit)
		if run == 0 {
			return fmt.Sprintf("%q must start with a letter or a digit and may hold \".\", \"_\", \"__\" and \"-\" between them", part)
		}
		at += run
		separator := part[at:][:span(part[at:], func(c byte) bool { return !letterOrDigit(c) })]
		if separator != "" && !isSeparator(separator) {
			return fmt.Sprintf("%q may not hold %q; letters, digits and between them \".\", \"_\", \"__\" and \"-\" can be", part, separator)
		}
		at += len(separator)
		if separator != "" && at == len(part) {
			return fmt.Sprintf("%q must end with a letter or a digit", part)
		}
	}
	return ""
}

func isSeparator(s string) bool {
	return s == "." || s == "_" || s == "__" || all(s, func(c byte) bool { return c == '-' })
}

// span counts the bytes at the start of s that are of a kind.
func span(s string, kind func(byte) bool) int {
	for i := range len(s) {
		if !kind(s[i]) {
			return i
		}
	}
	return len(s)
}

func all(s string, kind func(byte) bool) bool { return span(s, kind) == len(s) }
