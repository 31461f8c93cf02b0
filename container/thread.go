package container

import (
	"os"
	"runtime"

	"golang.org/x/sys/unix"
)

// onOwnThread runs something on a thread that does nothing else and ends with
// it. It is never the first thread of the program: the Go runtime cannot end
// that one, which would stay in the container's namespaces and keep them, and
// /proc/self shows it as the whole program.
func onOwnThread(do func()) {
	go func() {
		runtime.LockOSThread()
		if unix.Gettid() != os.Getpid() {
			do() // never unlocked: the thread ends with the goroutine
			return
		}
		elsewhere := make(chan struct{})
		go func() {
			runtime.LockOSThread() // not the first one, which is taken
			close(elsewhere)
			do()
		}()
		<-elsewhere
		runtime.UnlockOSThread()
	}()
}
