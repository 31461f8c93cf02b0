package command

// lasting is what a command has started in the background. Stay is the last thing that the
// command does: it stays with that, if that needs it, while its caller takes it for ended
// with a status.
type lasting interface{ Stay(status int) error }

var remaining lasting

// Remain has the command stay with what it has started when all is said and done.
func Remain(started lasting) { remaining = started }

// Stay stays with what the command has started in the background, if anything.
func Stay(status int) error {
	if remaining == nil {
		return nil
	}
	return remaining.Stay(status)
}
