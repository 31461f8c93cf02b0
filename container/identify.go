package container

import (
	"fmt"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/account"
	"mydocker/container/rootfs"
	"mydocker/internal/handle"
	"mydocker/internal/process"
)

// Identify tells who a user, as in ExecConfig, is in a running container.
func Identify(target Target, user string) (account.Identity, error) {
	root, err := os.OpenFile(fmt.Sprintf("/proc/%d/root", target.Pid), unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil || !process.Alive(target.Pid, target.Start) {
		return account.Identity{}, ended(target)
	}
	defer root.Close()
	proc, err := rootfs.HostProc()
	if err != nil {
		return account.Identity{}, err
	}
	defer proc.Close()
	return account.Resolve(handle.Root{File: root, Proc: proc}, user, specs.User{})
}
