// Package rival lets tests have somebody who interferes for as long as they go on.
package rival

import "golang.org/x/sys/unix"

// Repeat does something again and again, as fast as it can, until it is told to end.
func Repeat(do func()) (end func()) {
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				do()
			}
		}
	}()
	return func() {
		close(stop)
		<-stopped
	}
}

// Exchange exchanges two names again and again, until it is told to end.
func Exchange(one, other string) (end func()) {
	return Repeat(func() { unix.Renameat2(unix.AT_FDCWD, one, unix.AT_FDCWD, other, unix.RENAME_EXCHANGE) })
}
