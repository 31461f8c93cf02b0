package nft

import (
	"bytes"
	"slices"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// entry is one rule of ours as the kernel lists it.
type entry struct {
	owner  string
	handle uint64 // the kernel's name for the rule, unique in its table
	found  firewall.Found
}

// selection says which rules are meant: those of one owner or, expressly, of
// everybody; those of one chain or, when it is blank, of all.
type selection struct {
	owner     string
	everybody bool
	chain     chain
}

// comment is what every rule of the selection holds, and few others do.
func (s selection) comment() []byte {
	if s.everybody {
		return []byte(firewall.Comment(""))
	}
	return append([]byte(firewall.Comment(s.owner)), 0)
}

func (s selection) has(e entry) bool { return s.everybody || s.owner == e.owner }

// entries lists rules of ours. Of ten thousand rules few matter, and the
// longer a listing takes, the likelier something changes meanwhile: so a rule
// is looked at only if it holds the comment, and read when the listing is over.
func (s *socket) entries(wanted selection) ([]entry, error) {
	comment := wanted.comment()
	var answers [][]byte
	err := s.get(listRequest(wanted.chain), func(answer []byte) error {
		if bytes.Contains(answer, comment) {
			answers = append(answers, bytes.Clone(answer))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var list []entry
	for _, answer := range answers {
		e, ours, err := parseEntry(answer)
		if err != nil {
			return nil, err
		}
		if ours && wanted.has(e) {
			list = append(list, e)
		}
	}
	return list, nil
}

// listRequest asks for rules. A chain that is not there has none.
func listRequest(of chain) message {
	var filter []netlink.Attribute
	if of != (chain{}) {
		filter = place(of)
	}
	return message{kind: unix.NFT_MSG_GETRULE, flags: unix.NLM_F_DUMP, attributes: attributes(filter...)}
}

// entriesBeside lists an owner's rules of the chains that rules are for. On a
// host with ten thousand rules in other chains it makes the difference.
func (s *socket) entriesBeside(owner string, rules []firewall.Rule) ([]entry, error) {
	var listed []chain
	var all []entry
	for _, rule := range rules {
		chain := chainOf(rule)
		if slices.Contains(listed, chain) {
			continue
		}
		listed = append(listed, chain)
		entries, err := s.entries(selection{owner: owner, chain: chain})
		if err != nil {
			return nil, err
		}
		all = append(all, entries...)
	}
	return all, nil
}

func foundOf(entries []entry) []firewall.Found {
	var found []firewall.Found
	for _, e := range entries {
		found = append(found, e.found)
	}
	return found
}
