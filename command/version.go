package command

import (
	"fmt"
	"runtime"

	"github.com/urfave/cli"
)

// Version says which mydocker this is.
func Version(version string) cli.Command {
	return cli.Command{
		Name:  "version",
		Usage: "say which mydocker this is",
		Action: func(c *cli.Context) error {
			_, err := fmt.Fprintf(c.App.Writer, "mydocker %s (%s, %s/%s)\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
