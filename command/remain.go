package command

import "mydocker/engine"

// remaining is the container that runs in the background when the command has ended.
var remaining *engine.Session

// Remain lets go of a container that has been started in the background. If this command
// is its monitor, it stays when all is said and done (Stay).
func Remain(session *engine.Session) error {
	remaining = session
	return session.Connection.Close()
}

// Stay is the last thing that a command does. Its caller takes it for ended, with a
// status, while it stays as the monitor of the container that it has started, if any.
func Stay(status int) error {
	if remaining == nil {
		return nil
	}
	return remaining.Stay(status)
}
