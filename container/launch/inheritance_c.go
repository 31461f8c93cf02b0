//go:build race

package launch

// withC tells of a C library, as the race detector has one. Its threads have memory
// that the kernel writes to whenever they run (rseq(2)), in a child as well.
const withC = true
