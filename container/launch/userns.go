package launch

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
	"golang.org/x/sys/unix"
)

// NewUserNamespace makes a user namespace with the given mappings. It lives as
// long as the file that stands for it. Only a process can be born into one, so
// that one is, waits, and ends again.
func NewUserNamespace(uids, gids []specs.LinuxIDMapping) (namespace *os.File, err error) {
	told, status, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer told.Close()
	latch, open, err := os.Pipe()
	if err != nil {
		status.Close()
		return nil, err
	}
	child, err := launchWaiting(status, latch)
	status.Close()
	latch.Close()
	if err != nil {
		open.Close()
		return nil, fmt.Errorf("making a user namespace: %w", err)
	}
	defer child.Pidfd.Close()
	namespace, err = mapNamespace(child.Pid, uids, gids)
	open.Close()
	unix.Wait4(child.Pid, nil, 0, nil)
	return namespace, err
}

// launchWaiting makes a process in a user namespace of its own, which ends when
// the other end of the latch is closed.
func launchWaiting(status, latch *os.File) (Child, error) {
	var raised []*os.File
	defer func() {
		for _, file := range raised {
			file.Close()
		}
	}()
	for _, file := range []*os.File{status, latch} {
		duplicate, err := Raised(file)
		if err != nil {
			return Child{}, err
		}
		raised = append(raised, duplicate)
	}
	plan := &Plan{}
	defer plan.Release()
	plan.Arrange(raised[0], [3]*os.File{raised[0], raised[0], raised[0]}, raised[1])
	plan.DieWithParent()
	plan.AwaitLatch()
	return plan.LaunchInto(unix.CLONE_NEWUSER, nil)
}

func mapNamespace(pid int, uids, gids []specs.LinuxIDMapping) (*os.File, error) {
	process := fmt.Sprintf("/proc/%d/", pid)
	err := errors.Join(
		os.WriteFile(process+"uid_map", mapText(uids), 0),
		os.WriteFile(process+"gid_map", mapText(gids), 0))
	if err != nil {
		return nil, fmt.Errorf("making a user namespace: %w", err)
	}
	return os.Open(process + "ns/user")
}

// mapText writes mappings as /proc/PID/uid_map takes them
// (user_namespaces(7)).
func mapText(mappings []specs.LinuxIDMapping) []byte {
	var text strings.Builder
	for _, m := range mappings {
		fmt.Fprintf(&text, "%d %d %d\n", m.ContainerID, m.HostID, m.Size)
	}
	return []byte(text.String())
}
