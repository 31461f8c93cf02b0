// attempt is what stories run in a container to see what the kernel lets it do.
// It prints "ok", or the name of the error, and what it found out.
//
//	attempt call NAME|NUMBER [ARGUMENT…]   a system call, arguments in any base
//	attempt mount                          a tmpfs on /tmp
//	attempt node TYPE MAJOR MINOR          a device node, and opens it for reading
//	attempt open PATH read|write           a file
//	attempt ping ADDRESS                   an echo request without a raw socket
//	attempt descriptors                    lists what is open
//	attempt user                           says who it is
//	attempt catch [PROGRAM…]               waits for an executable that is none of these
//	attempt flip A B [C D]…                exchanges the names of each pair, again and again
//	attempt type WORD                      puts input into the terminal at 0, 1 or 2
//	attempt i386                           getpid(2) through the gate for 32-bit programs
package main

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

func main() {
	attempts := map[string]func([]string) error{
		"call": call, "mount": mount, "node": node, "open": open,
		"ping": ping, "descriptors": descriptors, "type": typeInto, "i386": i386, "user": user, "catch": catch, "flip": flip,
	}
	if len(os.Args) < 2 || attempts[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: attempt call|mount|node|open|ping|descriptors|user|catch|flip|type|i386 …")
		os.Exit(2)
	}
	if err := attempts[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Println(describe(err))
		return
	}
	fmt.Println("ok")
}

func user([]string) error {
	fmt.Println(os.Geteuid())
	return nil
}

// describe gives the name of an error of the kernel.
func describe(err error) string {
	if errno, ok := err.(unix.Errno); ok && unix.ErrnoName(errno) != "" {
		return unix.ErrnoName(errno)
	}
	return err.Error()
}

// number reads an argument.
func number(text string) uintptr {
	value, err := strconv.ParseUint(text, 0, 64)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	return uintptr(value)
}
