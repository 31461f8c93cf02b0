package nft

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long an operation is tried again while others change rules.
// It takes about a millisecond when they do not.
const patience = 30 * time.Second

// longestPause is as long as many clashes make an operation wait.
const longestPause = 64 * time.Millisecond

// errUnsupported says that the kernel knows no nf_tables.
var errUnsupported = errors.New("the kernel has no nf_tables; load it with modprobe nf_tables, or choose the other kind of rules with update-alternatives --set iptables /usr/sbin/iptables-legacy")

// look carries out an operation that changes nothing. Mostly it is alone; when
// it is not, it does as those that change something.
func look(attempt func(s *socket) error) error {
	if err := once(attempt, (*socket).retire); !isClash(err) {
		return remedied(err)
	}
	return persist(attempt)
}

// persist carries an operation out, again and again while others get in
// between. Two hundred who looked and changed at once would mostly undo each
// other's looking, so those who know the lock stand in line.
func persist(attempt func(s *socket) error) error {
	unlock, waited := xtables.take()
	defer unlock()
	leave := (*socket).abandon
	if waited {
		leave = (*socket).retire
	}
	deadline := time.Now().Add(patience)
	for pause := time.Millisecond; ; pause = min(2*pause, longestPause) {
		err := once(attempt, leave)
		if !isClash(err) {
			return remedied(err)
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("%w; something changes them all the time, for %s now", err, patience)
		}
		time.Sleep(rand.N(pause))
	}
}

func once(attempt func(s *socket) error, leave func(*socket)) error {
	s, err := open()
	if err != nil {
		return err
	}
	defer leave(s)
	return attempt(s)
}

// isClash tells whether an operation failed because rules changed after it had
// looked at them.
func isClash(err error) bool {
	return errors.Is(err, errInterrupted) || errors.Is(err, unix.ERESTART) || errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN)
}

// remedied adds what to do about an error of the kernel.
func remedied(err error) error {
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w; it takes root, or CAP_NET_ADMIN in the user namespace of the network namespace", err)
	case errors.Is(err, unix.ENOENT):
		return fmt.Errorf("%w; the kernel lacks a module, try modprobe -a nft_compat xt_comment xt_addrtype xt_conntrack xt_nat xt_MASQUERADE", err)
	case errors.Is(err, unix.EPROTONOSUPPORT), errors.Is(err, unix.EOPNOTSUPP):
		return errUnsupported
	}
	return err
}
