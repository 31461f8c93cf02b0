package process

import (
	"errors"
	"os"
	"time"

	"mydocker/internal/unpolled"
)

// AwaitEnd waits until the process behind a pidfd has ended. Go's poller waits for it, and
// no thread, unless it cannot.
func AwaitEnd(pidfd *os.File) error {
	if awaitPolled(pidfd) == nil {
		return nil
	}
	for {
		if ended, err := HasEnded(int(pidfd.Fd()), time.Hour); ended || err != nil {
			return err
		}
	}
}

func awaitPolled(pidfd *os.File) error {
	polled, err := unpolled.PolledCopy(pidfd)
	if err != nil {
		return err
	}
	defer polled.Close()
	conn, err := polled.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = conn.Read(func(fd uintptr) (through bool) {
		through, failed = HasEnded(int(fd), 0)
		return through || failed != nil
	})
	return errors.Join(err, failed)
}
