package main

import (
	"fmt"
	"net/netip"
	"unsafe"

	"golang.org/x/sys/unix"
)

// ping sends an echo request as any group may that net.ipv4.ping_group_range
// lists (icmp(7)), and waits for the answer.
func ping(words []string) error {
	address, err := netip.ParseAddr(words[0])
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.IPPROTO_ICMP)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	const seconds = 10
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &unix.Timeval{Sec: seconds}); err != nil {
		return err
	}
	const echo = 8
	request := []byte{echo, 0, 0, 0, 0, 0, 0, 1}
	if err := unix.Sendto(fd, request, 0, &unix.SockaddrInet4{Addr: address.As4()}); err != nil {
		return err
	}
	answer := make([]byte, 64)
	n, _, err := unix.Recvfrom(fd, answer, 0)
	if err == nil && (n < len(request) || answer[0] != 0) {
		err = fmt.Errorf("got %x", answer[:n])
	}
	return err
}

func ioctl(fd int, request uintptr, argument *byte) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(unsafe.Pointer(argument)))
	if errno != 0 {
		return errno
	}
	return nil
}
