package nft

import (
	"github.com/google/nftables/xt"

	"mydocker/network/firewall"
)

// The bits of a connection's state in xt_conntrack's state mask, by
// XT_CONNTRACK_STATE_BIT and its kin in linux/netfilter/xt_conntrack.h.
const (
	established uint16 = 1 << 1
	related     uint16 = 1 << 2
	translated  uint16 = 1 << 7 // XT_CONNTRACK_STATE_DNAT
)

func stateBits(states firewall.States) uint16 {
	if states == firewall.Translated {
		return translated
	}
	return related | established | translated
}

// statesOf is the reverse of stateBits; the mask may be any.
func statesOf(mask uint16) (firewall.States, bool) {
	for _, states := range []firewall.States{firewall.Translated, firewall.AnsweredOrTranslated} {
		if stateBits(states) == mask {
			return states, true
		}
	}
	return "", false
}

// stateMatch is the match for a mask and nothing else.
func stateMatch(mask uint16) *xt.ConntrackMtinfo3 {
	info := &xt.ConntrackMtinfo3{}
	info.MatchFlags = uint16(xt.ConntrackState)
	info.StateMask = mask
	return info
}
