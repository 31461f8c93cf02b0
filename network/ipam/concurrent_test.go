package ipam

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"mydocker/internal/members"
	"mydocker/state"
)

// poolVariable makes the test binary a process that takes addresses of the
// pool that its value describes.
const poolVariable = "MYDOCKER_TEST_POOL"

const takesPerProcess = 30

func TestMain(m *testing.M) {
	if description := os.Getenv(poolVariable); description != "" {
		if err := takeMany(description); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// takeMany leases addresses as the engine does, under the network's lock, and
// prints them.
func takeMany(description string) error {
	var pool Pool
	if err := members.Unmarshal([]byte(description), &pool); err != nil {
		return err
	}
	for i := range takesPerProcess {
		lock, err := state.Acquire(lockPath(&pool), time.Minute)
		if err != nil {
			return err
		}
		address, err := pool.Next()
		if err != nil {
			return err
		}
		lease := &Lease{Directory: pool.Directory, Address: address, Owner: fmt.Sprintf("%d.%d", os.Getpid(), i)}
		if err := lease.Create(); err != nil {
			return err
		}
		lock.Release()
		fmt.Println(address)
	}
	return nil
}

func lockPath(pool *Pool) string { return filepath.Join(filepath.Dir(pool.Directory), "lock") }

func TestNoAddressGoesToTwoProcesses(t *testing.T) {
	const processes = 8
	pool := newPool(t, "10.10.10.1/24")
	description, err := members.Marshal(pool)
	if err != nil {
		t.Fatal(err)
	}
	var running []*exec.Cmd
	var outputs []*bufio.Scanner
	for range processes {
		command := exec.Command("/proc/self/exe")
		command.Env = append(os.Environ(), poolVariable+"="+string(description))
		command.Stderr = os.Stderr
		output, err := command.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		running, outputs = append(running, command), append(outputs, bufio.NewScanner(output))
	}
	seen := map[string]int{}
	for i, command := range running {
		for outputs[i].Scan() {
			seen[outputs[i].Text()]++
		}
		if err := command.Wait(); err != nil {
			t.Error(err)
		}
	}
	if len(seen) != processes*takesPerProcess {
		t.Errorf("%d different addresses for %d leases", len(seen), processes*takesPerProcess)
	}
}
