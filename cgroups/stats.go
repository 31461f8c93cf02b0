package cgroups

// Stats is what a cgroup counts. A figure is 0 where the kernel or the
// hierarchy does not keep it.
type Stats struct {
	Memory MemoryStats `json:"memory"`
	CPU    CPUStats    `json:"cpu"`
	Pids   PidsStats   `json:"pids"`
}

// MemoryStats are in bytes and include the page cache.
type MemoryStats struct {
	Usage    uint64 `json:"usage"`
	Limit    uint64 `json:"limit"` // 0 is no limit
	Peak     uint64 `json:"peak"`  // version 2: kernel 5.19 or newer
	OOMKills uint64 `json:"oomKills"`
}

// CPUStats is the time that all processes together spent on CPUs.
type CPUStats struct {
	UsageNanoseconds uint64 `json:"usageNanoseconds"`
}

// PidsStats counts tasks, which is what the kernel's pids controller limits:
// each thread is one.
type PidsStats struct {
	Current uint64 `json:"current"`
	Limit   uint64 `json:"limit"` // 0 is no limit
}
