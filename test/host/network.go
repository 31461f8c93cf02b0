package host

import (
	"os"
	"path/filepath"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// Two hosts on one wire. The addresses are those that RFC 5737 keeps for
// documentation, so that no container network can meet them.
const (
	Address      = "192.0.2.1"
	OtherAddress = "192.0.2.2"
)

func ownMounts() error {
	if err := unix.Unshare(unix.CLONE_NEWNS); err != nil {
		return err
	}
	return unix.Mount("", "/", "", unix.MS_PRIVATE|unix.MS_REC, "")
}

// newNetwork makes a network namespace and keeps it at path, for as long as
// this mount namespace lives.
func newNetwork(path string) error {
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		return err
	}
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return err
	}
	return unix.Mount("/proc/thread-self/ns/net", path, "", unix.MS_BIND, "")
}

// ownSysfs mounts the /sys of the thread's network namespace, with the
// machine's cgroups in it. makeRoom is called before it takes its place.
func ownSysfs(makeRoom func() error) error {
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
	if err := makeRoom(); err != nil {
		return err
	}
	return unix.Mount(sysfs, "/sys", "", unix.MS_MOVE, "")
}

// ownResolver makes the other host the name server. It has none, and says so
// at once; that of the machine would not be reached, and be waited for.
func ownResolver(directory string) error {
	path := filepath.Join(directory, "resolv.conf")
	if err := os.WriteFile(path, []byte("nameserver "+OtherAddress+"\n"), 0o644); err != nil {
		return err
	}
	err := unix.Mount(path, "/etc/resolv.conf", "", unix.MS_BIND, "")
	if err == unix.ENOENT { // a machine without name servers
		return nil
	}
	return err
}

func layWire(other string) error {
	namespace, err := os.Open(other)
	if err != nil {
		return err
	}
	defer namespace.Close()
	wire := &netlink.Veth{
		LinkAttrs:     netlink.LinkAttrs{Name: "eth0"},
		PeerName:      "eth0",
		PeerNamespace: netlink.NsFd(namespace.Fd()),
	}
	if err := netlink.LinkAdd(wire); err != nil {
		return err
	}
	if err := connect(Address, OtherAddress); err != nil {
		return err
	}
	return onNetwork(int(namespace.Fd()), func() error { return connect(OtherAddress, "") })
}

// onNetwork runs do with the thread in another network namespace.
func onNetwork(namespace int, do func() error) error {
	home, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return err
	}
	defer home.Close()
	if err := unix.Setns(namespace, unix.CLONE_NEWNET); err != nil {
		return err
	}
	err = do()
	if back := unix.Setns(int(home.Fd()), unix.CLONE_NEWNET); back != nil {
		return back
	}
	return err
}

// connect brings lo and eth0 up, with an address and perhaps a default route.
func connect(address, gateway string) error {
	for _, name := range []string{"lo", "eth0"} {
		link, err := netlink.LinkByName(name)
		if err != nil {
			return err
		}
		if err := netlink.LinkSetUp(link); err != nil {
			return err
		}
	}
	eth0, err := netlink.LinkByName("eth0")
	if err != nil {
		return err
	}
	parsed, err := netlink.ParseAddr(address + "/24")
	if err != nil {
		return err
	}
	if err := netlink.AddrAdd(eth0, parsed); err != nil || gateway == "" {
		return err
	}
	via, err := netlink.ParseAddr(gateway + "/32")
	if err != nil {
		return err
	}
	return netlink.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Gw: via.IP})
}
