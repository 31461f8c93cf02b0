package command

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/sirupsen/logrus"
	"github.com/urfave/cli"

	"mydocker/engine"
)

// Ps lists containers.
func Ps() cli.Command {
	return cli.Command{
		Name:  "ps",
		Usage: "list all containers, running or not",
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "a, all", Usage: "all containers; it is so without this flag, too"},
			cli.BoolFlag{Name: "q, quiet", Usage: "print IDs only"},
			cli.BoolFlag{Name: "no-trunc", Usage: "print long commands whole"},
			cli.StringFlag{Name: "format", Usage: "a Go template for each container, or json"},
			Repeated{cli.StringSliceFlag{Name: "f, filter", Usage: "only those of which `KEY=VALUE` is true: id, name, status, exited, label, network, ancestor"}},
		},
		Action: ps,
	}
}

// listingGrowth lets the heap grow to 16 MB, some five thousand containers, before
// garbage is collected (runtime/debug): a listing is over before that pays.
const listingGrowth = 400

func ps(c *cli.Context) error {
	if err := exactly(c, 0); err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	keep, err := parseFilters(c.StringSlice("filter"))
	if err != nil {
		return err
	}
	debug.SetGCPercent(listingGrowth)
	containers, err := e.Overview()
	if errors.Is(err, fs.ErrPermission) { // who may not look knows nothing
		return err
	}
	if err != nil {
		logrus.Warn(err) // the others are worth showing
	}
	rows := make([]psRow, 0, len(containers))
	for _, container := range containers {
		if keep(container) {
			rows = append(rows, newPsRow(container, c.Bool("no-trunc")))
		}
	}
	return printRows(c, rows)
}

// psRow is one container as ps shows it; its fields are the words that
// --format knows.
type psRow struct {
	ID, Name  string
	PID       int
	IP        string
	Status    string
	State     string
	Command   string
	Created   string
	CreatedAt time.Time
	Image     string
	Ports     string
	Network   string
	UserNS    string // the host's IDs, FIRST-LAST
	Labels    labels
	ExitCode  *int
	OOMKilled bool
}

// labels are shown as docker shows them: a=b,c=d.
type labels map[string]string

func (l labels) String() string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(l)) {
		pairs = append(pairs, key+"="+l[key])
	}
	return strings.Join(pairs, ",")
}

// Names, Networks and Label are what docker's formats ask for.
func (r psRow) Names() string           { return r.Name }
func (r psRow) Networks() string        { return r.Network }
func (r psRow) Label(key string) string { return r.Labels[key] }

// commandWidth is how many characters of a command ps shows, docker's.
const commandWidth = 20

func newPsRow(container engine.Container, whole bool) psRow {
	record := container.Record
	row := psRow{
		ID: record.ID, Name: record.Name, PID: container.PID,
		Status: container.Status(), State: string(container.State),
		Command: shorten(strings.Join(record.Process.Args, " "), whole),
		Created: record.Created.Local().Format(time.DateTime), CreatedAt: record.Created,
		Image: record.Image.Name, Network: record.Network, UserNS: record.UserNS.String(), Labels: record.Labels,
	}
	if container.State == engine.Up {
		row.IP, row.Ports = container.IP(), container.Ports()
	}
	if container.State == engine.Exited && record.Exit != nil {
		row.ExitCode, row.OOMKilled = &record.Exit.Code, record.Exit.OOM
	}
	return row
}

// shorten makes a command fit for a line of a table, and keeps the terminal from
// obeying it.
func shorten(text string, whole bool) string {
	shown := visible(text)
	if whole || utf8.RuneCountInString(shown) <= commandWidth {
		return shown
	}
	return string([]rune(shown)[:commandWidth-1]) + "…"
}

// visible writes what is no character to print as Go does in a string, as \n.
func visible(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return !strconv.IsPrint(r) }) {
		return text
	}
	quoted := strconv.Quote(text)
	return strings.ReplaceAll(quoted[1:len(quoted)-1], `\"`, `"`)
}

func printRows(c *cli.Context, rows []psRow) error {
	if format := formatOf(c); format != "" {
		return printFormatted(c, format, rows)
	}
	if c.Bool("quiet") {
		for _, row := range rows {
			fmt.Fprintln(c.App.Writer, row.ID)
		}
		return nil
	}
	table := newTable(c, "ID\tNAME\tPID\tIP\tSTATUS\tCOMMAND\tCREATED\tIMAGE\tPORTS")
	for _, row := range rows {
		table.line(row.ID, row.Name, orNothing(row.PID), row.IP, row.Status, row.Command, row.Created, row.Image, row.Ports)
	}
	return table.Flush()
}

func orNothing(pid int) string {
	if pid == 0 {
		return ""
	}
	return fmt.Sprint(pid)
}

// table goes out as a whole: a write for each cell takes longer than all else.
type table struct {
	*tabwriter.Writer
	output *bufio.Writer
	text   []byte // of a line; the next one takes its place
}

// newTable starts a table with the article's spacing.
func newTable(c *cli.Context, header string) *table {
	output := bufio.NewWriter(c.App.Writer)
	t := &table{Writer: tabwriter.NewWriter(output, 12, 1, 3, ' ', 0), output: output}
	fmt.Fprintln(t, header)
	return t
}

// line adds a line of cells.
func (t *table) line(cells ...string) {
	t.text = t.text[:0]
	for i, cell := range cells {
		if i > 0 {
			t.text = append(t.text, '\t')
		}
		t.text = append(t.text, cell...)
	}
	t.Write(append(t.text, '\n'))
}

// Flush writes the table.
func (t *table) Flush() error {
	return cmp.Or(t.Writer.Flush(), t.output.Flush())
}
