package command

import (
	"strings"

	"github.com/urfave/cli"
)

// Repeated is a flag that may be given many times, under any of its names. The
// library refuses two names of one flag on one command line, as in
// "-e A=1 --env B=2"; it is told of the first name alone.
type Repeated struct{ cli.StringSliceFlag }

// GetName gives the first name. Values are the same under each.
func (r Repeated) GetName() string {
	name, _, _ := strings.Cut(r.Name, ",")
	return name
}
