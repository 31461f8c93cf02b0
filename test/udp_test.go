package test

import (
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"mydocker/test/patience"
)

const udpUsage = "usage: udp serve PORT | udp ask ADDRESS:PORT TEXT"

// udp serve PORT answers every datagram with its own text; udp ask sends one
// until it is answered, and prints "asked" and the answer.
func udp() {
	switch {
	case len(os.Args) == 3 && os.Args[1] == "serve":
		fail(serveUDP(os.Args[2]).Error())
	case len(os.Args) == 4 && os.Args[1] == "ask":
		if err := askUDP(os.Args[2], os.Args[3]); err != nil {
			fail(err.Error())
		}
	default:
		fail(udpUsage)
	}
}

func serveUDP(port string) error {
	socket, err := net.ListenPacket("udp4", ":"+port)
	if err != nil {
		return err
	}
	datagram := make([]byte, 1500)
	for {
		n, sender, err := socket.ReadFrom(datagram)
		if err != nil {
			return err
		}
		if _, err := socket.WriteTo(append([]byte("you said: "), datagram[:n]...), sender); err != nil {
			return err
		}
	}
}

// askUDP takes an answer only from the address that it asked.
func askUDP(address, text string) error {
	socket, err := net.Dial("udp4", address)
	if err != nil {
		return err
	}
	defer socket.Close()
	answer := make([]byte, 1500)
	var asked sync.Once
	return patience.Wait(patience.Usual(), func() error {
		if _, err := socket.Write([]byte(text)); err != nil {
			return err
		}
		asked.Do(func() { fmt.Println("asked") })
		socket.SetReadDeadline(time.Now().Add(patience.Usual() / 20))
		n, err := socket.Read(answer)
		if err == nil {
			fmt.Printf("%s\n", answer[:n])
		}
		return err
	})
}
