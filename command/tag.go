package command

import "github.com/urfave/cli"

// Tag gives images further names.
func Tag() cli.Command {
	return cli.Command{
		Name:         "tag",
		Usage:        "give an image one more name",
		ArgsUsage:    "IMAGE NAME",
		Action:       tag,
		BashComplete: CompleteImages,
	}
}

func tag(c *cli.Context) error {
	if err := exactly(c, 2); err != nil {
		return err
	}
	e, err := Changer(c)
	if err != nil {
		return err
	}
	_, err = e.Images.Tag(c.Args().First(), c.Args().Get(1))
	return err
}
