package iptables

import (
	"os"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"

	"mydocker/network/firewall"
	"mydocker/network/firewall/legacy"
	"mydocker/network/firewall/nft"
)

// kinds are the firewalls of a host.
type kinds struct {
	chosen  firewall.Firewall   // the one that its command iptables speaks to
	present []firewall.Firewall // all that can hold rules
}

// find looks at this host. It runs no program.
func find() kinds {
	return findIn(directories(), "/proc/thread-self/net/ip_tables_names")
}

// directories are where root's programs lie. PATH comes first, as for a shell;
// where it was cut short, as by cron, the usual places count too.
func directories() []string {
	return append(filepath.SplitList(os.Getenv("PATH")), "/usr/local/sbin", "/usr/sbin", "/sbin")
}

// findIn follows the first program called iptables to the file that it is.
// Without one, or with one that is neither kind, rules go to nf_tables, where
// every iptables of today finds them.
func findIn(directories []string, legacyTables string) kinds {
	if program := resolve("iptables", directories); isLegacy(program) {
		chosen := legacy.Firewall{Program: program}
		return kinds{chosen: chosen, present: []firewall.Firewall{chosen, nft.Firewall{}}}
	}
	found := kinds{chosen: nft.Firewall{}, present: []firewall.Firewall{nft.Firewall{}}}
	if hasTables(legacyTables) {
		if program := resolve("iptables-legacy", directories); isLegacy(program) {
			found.present = append(found.present, legacy.Firewall{Program: program})
		}
	}
	return found
}

// resolve follows the symbolic links of the first program of a name, such as
// /usr/sbin/iptables, /etc/alternatives/iptables, /usr/sbin/iptables-nft,
// /usr/sbin/xtables-nft-multi.
func resolve(name string, directories []string) string {
	for _, directory := range directories {
		if !filepath.IsAbs(directory) {
			continue // nobody's working directory decides what root runs
		}
		if target, err := follow(filepath.Join(directory, name)); err == nil {
			return target
		}
	}
	return ""
}

// follow has the kernel follow symbolic links, which takes three system calls and
// not one or two for each part of each path on the way.
func follow(path string) (string, error) {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0)
	if err != nil {
		return "", err
	}
	defer unix.Close(fd)
	return os.Readlink("/proc/self/fd/" + strconv.Itoa(fd))
}

// isLegacy tells whether a file is all the programs of iptables-legacy in one.
// Before version 1.8 there was no other kind, and the file had a shorter name.
func isLegacy(program string) bool {
	name := filepath.Base(program)
	return name == "xtables-legacy-multi" || name == "xtables-multi"
}

// hasTables tells whether the older interface has a table, which is the case
// once anybody has asked for one. Its rules then take a program to read.
func hasTables(list string) bool {
	names, err := os.ReadFile(list)
	return err == nil && len(names) > 0
}

// Describe says in words which kind of iptables this host uses, and whether the
// other one has rules beside it.
func Describe() string {
	kinds := find()
	if _, isLegacy := kinds.chosen.(legacy.Firewall); isLegacy {
		return "iptables legacy"
	}
	if hasTables("/proc/thread-self/net/ip_tables_names") {
		return "iptables nft, with tables of iptables legacy beside it"
	}
	return "iptables nft"
}
