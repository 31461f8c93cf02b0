package image

import (
	"fmt"
	"strings"
)

// Reference is the name of an image, taken apart.
type Reference struct {
	Repository string // such as "busybox" or "registry.example:5000/team/app"
	Tag        string // such as "latest"
}

// String gives the full name, REPOSITORY:TAG.
func (r Reference) String() string { return r.Repository + ":" + r.Tag }

// ReferenceError says why a name of an image cannot be one.
type ReferenceError struct {
	Name   string
	Reason string
}

func (e *ReferenceError) Error() string {
	return fmt.Sprintf("parsing image name %q: %s", e.Name, e.Reason)
}

// DefaultTag is the tag of a name without one.
const DefaultTag = "latest"

// The limits of the reference grammar, in bytes (distribution/reference,
// NameTotalLengthMax and TagRegexp).
const (
	mostRepository = 255
	mostTag        = 128
)

// ParseReference reads NAME[:TAG] by the grammar that docker, podman and the
// OCI distribution-spec share. A name without a tag means the tag latest, and
// docker.io/library/NAME is the long form of NAME, as it is for docker.
func ParseReference(name string) (Reference, error) {
	refuse := func(reason string) (Reference, error) {
		return Reference{}, &ReferenceError{Name: name, Reason: reason}
	}
	if name == "" {
		return refuse("it is empty")
	}
	if strings.Contains(name, "@") {
		return refuse("digests name images in registries, which mydocker has none of; use the name or the ID")
	}
	repository, tag := splitTag(name)
	repository = familiar(repository)
	if reason := checkTag(tag); reason != "" {
		return refuse(reason)
	}
	if reason := checkRepository(repository); reason != "" {
		return refuse(reason)
	}
	return Reference{Repository: repository, Tag: tag}, nil
}

// splitTag cuts the tag off: what follows the last colon, unless a slash
// follows it, since then it is the port of a registry.
func splitTag(name string) (repository, tag string) {
	colon := strings.LastIndexByte(name, ':')
	if colon < 0 || strings.IndexByte(name[colon:], '/') >= 0 {
		return name, DefaultTag
	}
	return name[:colon], name[colon+1:]
}

// familiar takes off what docker puts before the names of its own hub.
func familiar(repository string) string {
	for _, host := range []string{"docker.io/", "index.docker.io/"} {
		if rest, ok := strings.CutPrefix(repository, host); ok {
			return familiar(rest)
		}
	}
	if official, ok := strings.CutPrefix(repository, "library/"); ok && !strings.Contains(official, "/") {
		return official
	}
	return repository
}

func checkTag(tag string) string {
	if tag == "" {
		return "the tag after \":\" is empty"
	}
	if len(tag) > mostTag {
		return fmt.Sprintf("the tag is longer than %d characters", mostTag)
	}
	if tag[0] == '.' || tag[0] == '-' {
		return fmt.Sprintf("the tag %q must start with a letter, a digit or \"_\"", tag)
	}
	for _, c := range []byte(tag) {
		if !isLower(c) && !isUpper(c) && !isDigit(c) && !strings.ContainsRune("_.-", rune(c)) {
			return fmt.Sprintf("the tag %q may hold letters, digits, \"_\", \".\" and \"-\"", tag)
		}
	}
	return ""
}

func checkRepository(repository string) string {
	if len(repository) > mostRepository {
		return fmt.Sprintf("the repository is longer than %d characters", mostRepository)
	}
	if len(repository) == 64 && isHex(repository) {
		return "64 hexadecimal digits are the ID of an image, not a name"
	}
	host, path, found := strings.Cut(repository, "/")
	if !found || !looksLikeHost(host) {
		return checkPath(repository)
	}
	if reason := checkHost(host); reason != "" {
		return reason
	}
	return checkPath(path)
}

func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isHex tells lower-case hexadecimal digits, the alphabet of IDs.
func isHex(s string) bool {
	for _, c := range []byte(s) {
		if !isDigit(c) && (c < 'a' || c > 'f') {
			return false
		}
	}
	return s != ""
}
