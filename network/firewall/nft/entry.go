package nft

import (
	"github.com/google/nftables/expr"
	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
)

// parseEntry reads an answer to NFT_MSG_GETRULE. Its comment tells whether the
// rule is ours.
func parseEntry(answer []byte) (e entry, ours bool, err error) {
	var place firewall.Rule
	var list []expr.Any
	complete := true
	err = eachAttribute(answer[generalHeader:], func(a *netlink.AttributeDecoder) {
		switch a.Type() {
		case unix.NFTA_RULE_TABLE:
			place.Table = firewall.Table(a.String())
		case unix.NFTA_RULE_CHAIN:
			place.Chain = a.String()
		case unix.NFTA_RULE_HANDLE:
			e.handle = a.Uint64()
		case unix.NFTA_RULE_EXPRESSIONS:
			list, complete = parseExpressions(a.Bytes())
		}
	})
	var comment string
	e.found, comment = decode(place, list)
	e.found.Strange = e.found.Strange || !complete
	e.owner, ours = firewall.OwnerOf(comment)
	return e, ours, err
}

// parseExpressions reads the expressions that a firewall.Rule can be made of.
// complete says that there are no others.
func parseExpressions(data []byte) (list []expr.Any, complete bool) {
	complete = true
	err := eachAttribute(data, func(element *netlink.AttributeDecoder) {
		if e := parseExpression(element.Bytes()); e != nil {
			list = append(list, e)
		} else {
			complete = false
		}
	})
	return list, complete && err == nil
}

// parseExpression gives nil for an expression that no rule of ours has.
func parseExpression(data []byte) expr.Any {
	var name string
	var content []byte
	err := eachAttribute(data, func(a *netlink.AttributeDecoder) {
		switch a.Type() {
		case unix.NFTA_EXPR_NAME:
			name = a.String()
		case unix.NFTA_EXPR_DATA:
			content = a.Bytes()
		}
	})
	if err != nil {
		return nil
	}
	return unmarshal(name, content)
}

func unmarshal(name string, content []byte) expr.Any {
	e := blank(name)
	if e == nil || expr.Unmarshal(unix.NFPROTO_IPV4, content, e) != nil {
		return nil
	}
	if constant, ok := e.(*expr.Immediate); ok {
		// A constant that goes where the verdict is kept is a verdict.
		if constant.Register != unix.NFT_REG_VERDICT {
			return nil
		}
		return unmarshal("verdict", content)
	}
	return e
}

// blank gives an empty expression of a name, and nil for one that no rule of
// ours has.
func blank(name string) expr.Any {
	switch name {
	case "meta":
		return &expr.Meta{}
	case "payload":
		return &expr.Payload{}
	case "bitwise":
		return &expr.Bitwise{}
	case "cmp":
		return &expr.Cmp{}
	case "match":
		return &expr.Match{}
	case "counter":
		return &expr.Counter{}
	case "immediate":
		return &expr.Immediate{}
	case "verdict": // our own name for that kind of immediate
		return &expr.Verdict{}
	case "target":
		return &expr.Target{}
	}
	return nil
}
