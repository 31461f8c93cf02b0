package command

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	units "github.com/docker/go-units"
	"github.com/sirupsen/logrus"
	"github.com/urfave/cli"

	"mydocker/engine"
	"mydocker/image"
)

// Image makes, lists, inspects and removes images.
func Image() cli.Command {
	list, remove := Images(), RemoveImage()
	list.Name, list.Aliases = "list", []string{"ls"}
	remove.Name, remove.Aliases = "remove", []string{"rm"}
	return cli.Command{
		Name:        "image",
		Usage:       "import, list, inspect, name and remove images",
		Subcommands: []cli.Command{imageImport(), list, imageInspect(), remove, Tag()},
	}
}

func changeFlag() cli.Flag {
	return Repeated{cli.StringSliceFlag{Name: "c, change", Usage: "change the image's config: `'CMD [\"/bin/sh\"]'`, ENV, ENTRYPOINT, USER, WORKDIR …"}}
}

func imageImport() cli.Command {
	return cli.Command{
		Name:      "import",
		Usage:     "make an image from a tar archive of a root file system",
		ArgsUsage: "FILE|- NAME",
		Flags:     []cli.Flag{changeFlag()},
		Action:    importImage,
	}
}

func importImage(c *cli.Context) error {
	if err := exactly(c, 2); err != nil {
		return err
	}
	source, err := openSource(c.Args().First())
	if err != nil {
		return err
	}
	defer source.Close()
	e, err := Changer(c)
	if err != nil {
		return err
	}
	made, err := e.ImportImage(source, c.Args().Get(1), c.StringSlice("change"))
	if err != nil {
		return err
	}
	return printID(c, made)
}

func openSource(name string) (io.ReadCloser, error) {
	if name == "-" {
		return os.Stdin, nil
	}
	file, err := os.Open(filepath.Clean(name))
	if err != nil && strings.Contains(name, "://") {
		return nil, fmt.Errorf("importing image %q: it is an address and no file; fetch it first, as with \"curl -L ADDRESS | mydocker image import - NAME\"", name)
	}
	if err != nil {
		return nil, fmt.Errorf("importing image: %w", err)
	}
	return file, nil
}

func printID(c *cli.Context, made image.Image) error {
	_, err := fmt.Fprintf(c.App.Writer, "sha256:%s\n", made.ID)
	return err
}

// Images lists images.
func Images() cli.Command {
	return cli.Command{
		Name:  "images",
		Usage: "list images",
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "q, quiet", Usage: "print IDs only"},
			cli.BoolFlag{Name: "no-trunc", Usage: "print IDs whole"},
			cli.StringFlag{Name: "format", Usage: "a Go template for each image, or json"},
		},
		Action: listImages,
	}
}

func listImages(c *cli.Context) error {
	if err := exactly(c, 0); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	images, err := e.Images.List()
	if err != nil && len(images) == 0 {
		return err
	}
	if err != nil {
		logrus.Warn(err) // the others are worth showing
	}
	rows := make([]imageRow, len(images))
	for i, picture := range images {
		rows[i] = newImageRow(picture, c.Bool("no-trunc"))
	}
	return printImages(c, rows)
}

// imageRow is one image as images shows it; its fields are the words that
// --format knows.
type imageRow struct {
	Name, Repository, Tag string
	ID                    string
	Created, CreatedSince string
	Size                  string
	SizeBytes             int64
}

func newImageRow(picture image.Image, whole bool) imageRow {
	row := imageRow{
		Name: picture.Name, ID: picture.ShortID(), SizeBytes: picture.Size, Size: units.HumanSize(float64(picture.Size)),
		Created:      picture.Created.Local().Format(time.DateTime),
		CreatedSince: units.HumanDuration(time.Since(picture.Created)) + " ago",
	}
	if whole {
		row.ID = picture.ID
	}
	row.Repository, row.Tag = "<none>", "<none>"
	if colon := strings.LastIndexByte(picture.Name, ':'); colon > 0 {
		row.Repository, row.Tag = picture.Name[:colon], picture.Name[colon+1:]
	}
	return row
}

func printImages(c *cli.Context, rows []imageRow) error {
	if format := formatOf(c); format != "" {
		return printFormatted(c, format, rows)
	}
	if c.Bool("quiet") {
		for _, row := range rows {
			fmt.Fprintln(c.App.Writer, row.ID)
		}
		return nil
	}
	table := newTable(c, "REPOSITORY\tTAG\tIMAGE ID\tCREATED\tSIZE")
	for _, row := range rows {
		table.line(row.Repository, row.Tag, row.ID, row.CreatedSince, row.Size)
	}
	return table.Flush()
}

func imageInspect() cli.Command {
	return cli.Command{
		Name:         "inspect",
		Usage:        "print all that is known of images",
		ArgsUsage:    "IMAGE...",
		Flags:        []cli.Flag{formatFlag()},
		Action:       func(c *cli.Context) error { return inspectEach(c, inspectImage) },
		BashComplete: CompleteImages,
	}
}

func inspectImage(e *engine.Engine, name string) (any, error) { return e.Images.Get(name) }

// RemoveImage removes images.
func RemoveImage() cli.Command {
	return cli.Command{
		Name:      "rmi",
		Usage:     "remove images",
		ArgsUsage: "IMAGE...",
		Action: func(c *cli.Context) error {
			return eachArgument(c, func(e *engine.Engine, name string) error { return removeImage(c, e, name) })
		},
		BashComplete: CompleteImages,
	}
}

func removeImage(c *cli.Context, e *engine.Engine, name string) error {
	removed, err := e.Images.Remove(name)
	for _, untagged := range removed.Untagged {
		fmt.Fprintln(c.App.Writer, "Untagged:", untagged)
	}
	for _, deleted := range removed.Deleted {
		fmt.Fprintln(c.App.Writer, "Deleted: sha256:"+deleted)
	}
	return err
}

// Commit makes an image of a container.
func Commit() cli.Command {
	return cli.Command{
		Name:      "commit",
		Usage:     "make an image of a container's files, with the config of the image that it was made from",
		ArgsUsage: "CONTAINER IMAGE",
		Flags: []cli.Flag{
			changeFlag(),
			cli.BoolTFlag{Name: "p, pause", Usage: "freeze the container meanwhile (default; --pause=false lets it go on)"},
		},
		Action:       commit,
		BashComplete: completeContainers,
	}
}

func commit(c *cli.Context) error {
	if err := exactly(c, 2); err != nil {
		return err
	}
	e, err := Changer(c)
	if err != nil {
		return err
	}
	made, err := e.Commit(c.Args().First(), c.Args().Get(1), c.StringSlice("change"), c.BoolT("pause"))
	if err != nil {
		return err
	}
	return printID(c, made)
}
