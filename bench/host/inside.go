package host

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Address is that of the host's eth0; RFC 5737 keeps it for documentation.
const Address = "192.0.2.1"

// initialise is the life of the host's first process: it furnishes the host,
// starts the worker and takes orphans to their rest until the worker is done.
func initialise() error {
	for _, step := range []func() error{ownMounts, ownNetwork} {
		if err := step(); err != nil {
			return fmt.Errorf("making a host: %w", err)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	arguments := append([]string{self, asWorker}, os.Args[2:]...)
	worker, err := os.StartProcess(self, arguments, &os.ProcAttr{Files: []*os.File{os.Stdin, os.Stdout, os.Stderr}})
	if err != nil {
		return err
	}
	os.Exit(reapUntil(worker.Pid))
	return nil
}

// reapUntil waits for every process that ends, and gives the exit status of
// one of them.
func reapUntil(pid int) int {
	for {
		var status unix.WaitStatus
		child, err := unix.Wait4(-1, &status, 0, nil)
		switch {
		case err == unix.EINTR || err == nil && child != pid:
		case err != nil:
			return 1
		case status.Signaled():
			return 128 + int(status.Signal())
		default:
			return status.ExitStatus()
		}
	}
}

// ownMounts mounts what shows the host's own processes and network, and an
// empty /run, in which no daemon of the machine is to be found.
func ownMounts() error {
	if err := unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, ""); err != nil {
		return err
	}
	if err := unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, ""); err != nil {
		return err
	}
	if err := ownSysfs(); err != nil {
		return err
	}
	return unix.Mount("tmpfs", "/run", "tmpfs", unix.MS_NOSUID|unix.MS_NODEV, "mode=755")
}

// ownSysfs mounts the /sys of the host's network, with the machine's cgroups
// in it.
func ownSysfs() error {
	sysfs, err := os.MkdirTemp("", "sys")
	if err != nil {
		return err
	}
	defer os.Remove(sysfs)
	if err := unix.Mount("sysfs", sysfs, "sysfs", 0, ""); err != nil {
		return err
	}
	if err := unix.Mount("/sys/fs/cgroup", filepath.Join(sysfs, "fs/cgroup"), "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return err
	}
	return unix.Mount(sysfs, "/sys", "", unix.MS_MOVE, "")
}

// ownNetwork brings up lo and an eth0 that leads nowhere.
func ownNetwork() error {
	eth0 := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: "eth0"}, PeerName: "nowhere"}
	if err := netlink.LinkAdd(eth0); err != nil {
		return err
	}
	for _, name := range []string{"lo", "nowhere", "eth0"} {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return err
		}
	}
	address, err := netlink.ParseAddr(Address + "/24")
	if err != nil {
		return err
	}
	return netlink.AddrAdd(eth0, address)
}
