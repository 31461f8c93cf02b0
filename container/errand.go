package container

import (
	"fmt"
	"io"
	"math"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/seccomp"
	"mydocker/container/wire"
)

// errand is what init is told to do.
type errand struct {
	Spec   *specs.Spec
	Rootfs specs.Mount
	User   string
	Filter *seccomp.Filter
	Init   bool
	Null   [3]bool // which of the standard files are to be the container's /dev/null
}

func newErrand(cfg Config) errand {
	e := errand{Spec: cfg.Spec, Rootfs: cfg.Rootfs, User: cfg.User, Filter: cfg.Seccomp, Init: cfg.Init}
	// It is in the filter, which takes less room and no time.
	withoutProfile := *cfg.Spec.Linux
	withoutProfile.Seccomp = nil
	spec := *cfg.Spec
	spec.Linux = &withoutProfile
	e.Spec = &spec
	for i, file := range cfg.stdio() {
		e.Null[i] = file == nil
	}
	return e
}

// write puts the errand into a file that exists in memory only.
func (e errand) write() (*os.File, error) {
	text, err := wire.Encode(&e)
	if err != nil {
		return nil, fmt.Errorf("writing init's task: %w", err)
	}
	fd, err := unix.MemfdCreate("mydocker-errand", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("writing init's task: %w", err)
	}
	file := os.NewFile(uintptr(fd), "errand")
	if _, err := file.WriteAt(text, 0); err != nil {
		file.Close()
		return nil, fmt.Errorf("writing init's task: %w", err)
	}
	return file, nil
}

// readErrand is the other direction of write.
func readErrand(file *os.File) (e errand, err error) {
	text, err := io.ReadAll(io.NewSectionReader(file, 0, math.MaxInt64))
	if err == nil {
		err = wire.Decode(text, &e)
	}
	if err != nil {
		return e, fmt.Errorf("reading init's task: %w", err)
	}
	return e, nil
}
