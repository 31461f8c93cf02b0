package launch

import (
	"github.com/moby/sys/capability"
	"golang.org/x/sys/unix"
)

// Credentials are who the program runs as and what it may do.
type Credentials struct {
	UID, GID        uint32
	Groups          []uint32 // supplementary ones
	Capabilities    *Capabilities
	NoNewPrivileges bool
}

// EnterUserNamespace enters that of the process behind the descriptor Owner. The
// process has all capabilities in there, and none outside, and the numbers of
// users and groups are those of the namespace from then on.
func (p *Plan) EnterUserNamespace() {
	p.do("entering the user namespace", unix.SYS_SETNS, Owner, unix.CLONE_NEWUSER)
	p.unbound = 0
}

// Become takes the credentials. It comes after everything that needs a
// privilege.
func (p *Plan) Become(c Credentials) {
	if c.Capabilities != nil {
		p.limitCapabilities(c.Capabilities.Bounding)
	}
	p.setGroups(c.Groups)
	p.do("setting the group", unix.SYS_SETRESGID, uintptr(c.GID), uintptr(c.GID), uintptr(c.GID))
	p.do("setting the user", unix.SYS_SETRESUID, uintptr(c.UID), uintptr(c.UID), uintptr(c.UID))
	if c.Capabilities != nil {
		p.setCapabilities(*c.Capabilities)
	}
	if c.NoNewPrivileges {
		p.do("setting no_new_privs", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1)
	}
}

// Retain drops the capabilities that neither the program will have nor the rest of the
// plan takes, which is for Become, and CAP_SYS_ADMIN for Filter without no_new_privs. A
// program with CAP_SYS_PTRACE may take the process over from then on.
func (p *Plan) Retain(program Capabilities, rest uint64) error {
	held, err := permitted()
	if err != nil {
		return err
	}
	p.dropFromBounding(program.Bounding | rest)
	own := held & (program.Permitted | program.Effective | program.Inheritable | program.Ambient | rest)
	p.setCapabilities(Capabilities{Permitted: own, Effective: own})
	return nil
}

// ForBecome are the capabilities that Become takes.
const ForBecome = 1<<unix.CAP_SETUID | 1<<unix.CAP_SETGID | 1<<unix.CAP_SETPCAP

// limitCapabilities drops everything else from the bounding set, and keeps the
// permitted set over the change of user.
func (p *Plan) limitCapabilities(bounding uint64) {
	p.dropFromBounding(bounding)
	p.do("keeping capabilities", unix.SYS_PRCTL, unix.PR_SET_KEEPCAPS, 1)
}

// dropFromBounding drops what is neither wanted nor out of the set already.
func (p *Plan) dropFromBounding(bounding uint64) {
	for number := range uintptr(numberOfCapabilities()) {
		if (bounding|p.unbound)&(1<<number) == 0 {
			p.do("limiting capabilities", unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, number)
			p.unbound |= 1 << number
		}
	}
}

// numberOfCapabilities is how many this kernel has: their numbers are without gaps
// (capabilities(7), cap_last_cap).
func numberOfCapabilities() int {
	const most = 64
	number := len(capability.ListKnown())
	for number < most && isCapability(number) {
		number++
	}
	for number > 0 && !isCapability(number-1) {
		number--
	}
	return number
}

// isCapability asks the kernel about the bounding set, which has no such question for
// what is no capability (PR_CAPBSET_READ(2const)).
func isCapability(number int) bool {
	_, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, uintptr(number), 0, 0, 0)
	return err != unix.EINVAL
}

func (p *Plan) setGroups(groups []uint32) {
	p.do("setting supplementary groups", unix.SYS_SETGROUPS, uintptr(len(groups)), address(placeAll(p, groups)))
}

func (p *Plan) setCapabilities(c Capabilities) {
	header := place(p, unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3})
	data := place(p, [2]unix.CapUserData{
		{Effective: uint32(c.Effective), Permitted: uint32(c.Permitted), Inheritable: uint32(c.Inheritable)},
		{Effective: uint32(c.Effective >> 32), Permitted: uint32(c.Permitted >> 32), Inheritable: uint32(c.Inheritable >> 32)},
	})
	p.do("setting capabilities", unix.SYS_CAPSET, address(header), address(data))
	p.do("clearing ambient capabilities", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL)
	for number := range uintptr(64) {
		if c.Ambient&(1<<number) != 0 {
			p.do("setting ambient capabilities", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_RAISE, number)
		}
	}
}
