package nft

import (
	"cmp"
	"encoding/binary"
	"errors"
	"syscall"

	"github.com/mdlayher/netlink"
	"golang.org/x/sys/unix"
)

// generation gives the number that every change of any rule counts up.
func (s *socket) generation() (uint32, error) {
	var generation uint32
	err := s.get(message{kind: unix.NFT_MSG_GETGEN}, func(answer []byte) error {
		return eachAttribute(answer[generalHeader:], func(a *netlink.AttributeDecoder) {
			if a.Type() == unix.NFTA_GEN_ID {
				generation = a.Uint32()
			}
		})
	})
	return generation, err
}

// unchanged gives errInterrupted when rules have changed since a generation. The
// kernel does not tell of every change in the middle of a listing, which may then
// have a rule twice.
func (s *socket) unchanged(since uint32) error {
	now, err := s.generation()
	if err == nil && now != since {
		err = errInterrupted
	}
	return err
}

// rejection says which message of a transaction the kernel did not like. With
// it all the others have no effect.
type rejection struct {
	index int
	cause error
}

func (r *rejection) Error() string { return r.cause.Error() }
func (r *rejection) Unwrap() error { return r.cause }

// commit carries messages out, all or none, provided that no rule of the
// network namespace changed since the generation was asked for; else it gives
// unix.ERESTART. What was listed since is therefore still true when the
// messages take effect, and a handle still means the rule that was listed.
func (s *socket) commit(generation uint32, messages []message) error {
	first := s.sequence + 1
	s.sequence += uint32(len(messages)) + 2
	if err := s.send(encodeBatch(messages, first, generation)); err != nil {
		return err
	}
	return s.verdict(first)
}

// verdict reads what the kernel has against a transaction, the first error if
// there are several. Success is not answered.
func (s *socket) verdict(first uint32) (rejected error) {
	var lost error
	for {
		answers, err := s.receive(unix.MSG_DONTWAIT)
		switch {
		case errors.Is(err, unix.EAGAIN):
			return cmp.Or(rejected, lost)
		case errors.Is(err, unix.ENOBUFS):
			lost = err // more errors than the socket holds; the first ones are in it
		case err != nil:
			return err
		}
		for _, answer := range answers {
			if err := errorOf(answer); err != nil && rejected == nil {
				rejected = &rejection{index: culprit(answer) - int(first) - 1, cause: err}
			}
		}
	}
}

// culprit is the sequence number of the message that an error is about; the
// error carries that message's header behind its number.
func culprit(answer syscall.NetlinkMessage) int {
	const sequence = 4 + 8 // the error's number; length, type and flags of the header
	if len(answer.Data) < sequence+4 {
		return -1
	}
	return int(binary.NativeEndian.Uint32(answer.Data[sequence:]))
}
