package container

import (
	"fmt"
	"os"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"

	"mydocker/container/account"
	"mydocker/internal/process"
)

// Identify tells who a user, as in ExecConfig, is in a running container.
func Identify(target Target, user string) (account.Identity, error) {
	root, err := os.OpenFile(fmt.Sprintf("/proc/%d/root", target.Pid), unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil || !process.Alive(target.Pid, target.Start) {
		return account.Identity{}, ended(target)
	}
	defer root.Close()
	return account.Resolve(root, user, specs.User{})
}
