package engine

// capabilityWords says what a capability is good for (capabilities(7)).
func capabilityWords(name string) string {
	switch name {
	case "CAP_AUDIT_CONTROL":
		return "changes what the kernel's audit records"
	case "CAP_AUDIT_READ":
		return "reads the kernel's audit"
	case "CAP_AUDIT_WRITE":
		return "writes records into the kernel's audit"
	case "CAP_BLOCK_SUSPEND":
		return "keeps the machine from sleeping"
	case "CAP_BPF":
		return "loads BPF programs into the kernel"
	case "CAP_CHECKPOINT_RESTORE":
		return "checkpoints and restores processes"
	case "CAP_CHOWN":
		return "gives files to any user"
	case "CAP_DAC_OVERRIDE":
		return "reads and writes any file in it, whatever its mode"
	case "CAP_DAC_READ_SEARCH":
		return "reads any file; by handle also files of the host outside its root"
	case "CAP_FOWNER":
		return "does to any file what its owner may"
	case "CAP_FSETID":
		return "keeps set-user-ID bits when files change"
	case "CAP_IPC_LOCK":
		return "locks memory"
	case "CAP_IPC_OWNER":
		return "uses any System V IPC object in it"
	case "CAP_KILL":
		return "signals any process in it"
	case "CAP_LEASE":
		return "takes leases on any file"
	case "CAP_LINUX_IMMUTABLE":
		return "makes files immutable, volumes included"
	case "CAP_MAC_ADMIN":
		return "changes the host's mandatory access control"
	case "CAP_MAC_OVERRIDE":
		return "passes over the host's mandatory access control"
	case "CAP_MKNOD":
		return "makes device nodes"
	}
	return moreCapabilityWords(name)
}

func moreCapabilityWords(name string) string {
	switch name {
	case "CAP_NET_ADMIN":
		return "configures its network: addresses, routes, firewall"
	case "CAP_NET_BIND_SERVICE":
		return "listens on ports below 1024"
	case "CAP_NET_BROADCAST":
		return "broadcasts"
	case "CAP_NET_RAW":
		return "sends packets of any kind, forged ones too, to its network"
	case "CAP_PERFMON":
		return "watches the kernel's performance, other processes included"
	case "CAP_SETFCAP":
		return "gives files capabilities"
	case "CAP_SETGID":
		return "takes any group"
	case "CAP_SETPCAP":
		return "drops capabilities and hands its own on"
	case "CAP_SETUID":
		return "takes any user"
	case "CAP_SYS_ADMIN":
		return "mounts, and much more: close to being root on the host"
	case "CAP_SYS_BOOT":
		return "reboots the host"
	case "CAP_SYS_CHROOT":
		return "changes its root directory"
	case "CAP_SYS_MODULE":
		return "loads kernel modules: is root on the host"
	case "CAP_SYS_NICE":
		return "raises priorities"
	case "CAP_SYS_PACCT":
		return "switches process accounting on and off"
	case "CAP_SYS_PTRACE":
		return "looks into and changes any process in it"
	case "CAP_SYS_RAWIO":
		return "reaches hardware and memory: is root on the host"
	case "CAP_SYS_RESOURCE":
		return "passes over limits"
	case "CAP_SYS_TIME":
		return "sets the host's clock"
	case "CAP_SYS_TTY_CONFIG":
		return "configures terminals"
	case "CAP_SYSLOG":
		return "reads the kernel's log"
	case "CAP_WAKE_ALARM":
		return "wakes the machine"
	}
	return ""
}
