package cgroups

import (
	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/internal/members"
)

// Members lists limits as state files hold them, which is as the runtime-spec
// does (config-linux.md, "Control groups").
func Members(r *specs.LinuxResources, list *members.List) {
	list.Given("devices", &r.Devices)
	list.Given("memory", members.Foreign(&r.Memory, memoryMembers))
	list.Given("cpu", members.Foreign(&r.CPU, cpuMembers))
	list.Given("pids", members.Foreign(&r.Pids, pidsMembers))
	list.Given("blockIO", &r.BlockIO)
	list.Given("hugepageLimits", &r.HugepageLimits)
	list.Given("network", &r.Network)
	list.Given("rdma", &r.Rdma)
	list.Given("unified", &r.Unified)
}

func memoryMembers(m *specs.LinuxMemory, list *members.List) {
	list.Given("limit", members.Pointer(&m.Limit))
	list.Given("reservation", members.Pointer(&m.Reservation))
	list.Given("swap", members.Pointer(&m.Swap))
	list.Given("kernel", members.Pointer(&m.Kernel))
	list.Given("kernelTCP", members.Pointer(&m.KernelTCP))
	list.Given("swappiness", members.Pointer(&m.Swappiness))
	list.Given("disableOOMKiller", members.Pointer(&m.DisableOOMKiller))
	list.Given("useHierarchy", members.Pointer(&m.UseHierarchy))
	list.Given("checkBeforeUpdate", members.Pointer(&m.CheckBeforeUpdate))
}

func cpuMembers(c *specs.LinuxCPU, list *members.List) {
	list.Given("shares", members.Pointer(&c.Shares))
	list.Given("quota", members.Pointer(&c.Quota))
	list.Given("burst", members.Pointer(&c.Burst))
	list.Given("period", members.Pointer(&c.Period))
	list.Given("realtimeRuntime", members.Pointer(&c.RealtimeRuntime))
	list.Given("realtimePeriod", members.Pointer(&c.RealtimePeriod))
	list.Given("cpus", &c.Cpus)
	list.Given("mems", &c.Mems)
	list.Given("idle", members.Pointer(&c.Idle))
}

func pidsMembers(p *specs.LinuxPids, list *members.List) {
	list.Given("limit", members.Pointer(&p.Limit))
}
