package firewall

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// commentPrefix starts the comment of every rule that mydocker makes.
const commentPrefix = "mydocker:"

// maxComment is XT_MAX_COMMENT_LEN of linux/netfilter/xt_comment.h without the
// final NUL.
const maxComment = 255

// Comment is the comment that every rule of an owner carries.
func Comment(owner string) string { return commentPrefix + owner }

// OwnerOf tells whose rule carries a comment. A comment that mydocker would
// not have written makes a rule foreign.
func OwnerOf(comment string) (owner string, ours bool) {
	owner, ours = strings.CutPrefix(comment, commentPrefix)
	return owner, ours && ValidateOwner(owner) == nil
}

// ValidateOwner refuses an owner that does not fit into a comment, or whose
// name could end the word that it stands in and so start another one, in the
// text that iptables-restore reads.
func ValidateOwner(owner string) error {
	if objection := ownerObjection(owner); objection != "" {
		return fmt.Errorf("naming the owner of firewall rules %q: %s", owner, objection)
	}
	return nil
}

func ownerObjection(owner string) string {
	if owner == "" {
		return "the name is empty"
	}
	if len(Comment(owner)) > maxComment {
		return fmt.Sprintf("it has %d bytes and can have %d; choose a shorter one", len(owner), maxComment-len(commentPrefix))
	}
	if !utf8.ValidString(owner) {
		return "it is not valid UTF-8"
	}
	for _, character := range owner {
		if !unicode.IsGraphic(character) || unicode.IsSpace(character) || strings.ContainsRune("\"'`\\", character) {
			return fmt.Sprintf("%q is not allowed; use letters, digits, '_', '.' and '-'", character)
		}
	}
	return ""
}
