package bridge

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netlink/nl"
	"golang.org/x/sys/unix"
)

const (
	// deathPatience is how long a pair may take to die with its namespace;
	// it takes a millisecond, on a busy host some hundred.
	deathPatience = 3 * time.Second
	// longestBlindSpot bounds how long the kernel's messages are trusted:
	// on a busy host some get lost.
	longestBlindSpot = 100 * time.Millisecond
)

// Remove returns when the pair is gone. To delete a link the kernel waits tens
// of milliseconds for its readers, once for each link. A pair whose container
// has ended is dying already, together with all others in that state; waiting
// for that takes a millisecond. Only where something keeps the container's
// network namespace alive is the pair deleted by hand.
func (v *Veth) Remove() error {
	host, err := openHost()
	if err != nil {
		return err
	}
	defer host.Close()
	link, err := find(host, v.Name)
	if err != nil || link == nil || !isVethOf(link, v.Instance) {
		return err
	}
	if isDying(host, link) {
		err := v.awaitDeath(host, time.Now().Add(deathPatience))
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
	}
	return deleteLink(host, link)
}

// isDying tells whether the namespace of a pair's other end has no process
// left. The kernel then does not know its ID any more (RTM_GETNSID).
func isDying(host *netlink.Handle, link netlink.Link) bool {
	const unknown = -1 // NETNSA_NSID_NOT_ASSIGNED of linux/net_namespace.h
	id := link.Attrs().NetNsID
	if id == unknown {
		return true
	}
	request := nl.NewNetlinkRequest(unix.RTM_GETNSID, unix.NLM_F_REQUEST|unix.NLM_F_ACK)
	request.AddData(nl.NewRtGenMsg())
	request.AddData(nl.NewRtAttr(unix.NETNSA_NSID, binary.NativeEndian.AppendUint32(nil, uint32(id))))
	_, err := request.Execute(unix.NETLINK_ROUTE, unix.RTM_NEWNSID)
	return errors.Is(err, unix.ENOENT)
}

// awaitDeath waits until the pair is gone. At the deadline the error is
// os.ErrDeadlineExceeded.
func (v *Veth) awaitDeath(host *netlink.Handle, deadline time.Time) error {
	// Listening begins before the first look, so that no death goes unheard
	// in between.
	events, err := nl.Subscribe(unix.NETLINK_ROUTE, unix.RTNLGRP_LINK)
	if err != nil {
		return fmt.Errorf("listening for changes of links: %w", err)
	}
	defer events.Close()
	for {
		link, err := find(host, v.Name)
		if err != nil || link == nil || !isVethOf(link, v.Instance) {
			return err
		}
		if err := awaitChange(events, deadline); err != nil {
			return fmt.Errorf("waiting until %s is gone: %w", v, err)
		}
	}
}

// awaitChange returns when some link has changed, or may have.
func awaitChange(events *nl.NetlinkSocket, deadline time.Time) error {
	left := time.Until(deadline)
	if left <= 0 {
		return os.ErrDeadlineExceeded
	}
	timeout := unix.NsecToTimeval(max(min(left, longestBlindSpot), time.Microsecond).Nanoseconds()) // 0 would be no timeout
	if err := events.SetReceiveTimeout(&timeout); err != nil {
		return err
	}
	_, _, err := events.Receive()
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.EINTR) {
		return nil // nothing came, or more than the socket could hold
	}
	return err
}
