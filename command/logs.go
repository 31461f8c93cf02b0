package command

import (
	"fmt"
	"strconv"
	"time"

	"github.com/urfave/cli"

	"mydocker/logs"
)

// Logs prints what a container has printed.
func Logs() cli.Command {
	return cli.Command{
		Name:      "logs",
		Usage:     "print what a container has printed",
		ArgsUsage: "CONTAINER",
		Description: "The log keeps the last 20 to 30 MiB, of which about 70 bytes are the stream and time of each line.\n" +
			"   Where older lines are missing, standard error says how many.",
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "f, follow", Usage: "go on until the container ends"},
			cli.StringFlag{Name: "n, tail", Value: "all", Usage: "only the last so many lines"},
			cli.StringFlag{Name: "since", Usage: "only from this time on: 2024-03-07T13:24:34, or 10m for ten minutes ago"},
			cli.StringFlag{Name: "until", Usage: "only up to this time"},
			cli.BoolFlag{Name: "t, timestamps", Usage: "print the time of each line"},
		},
		Action:       printLogs,
		BashComplete: completeContainers,
	}
}

func printLogs(c *cli.Context) error {
	if err := exactly(c, 1); err != nil {
		return err
	}
	selection, err := selectLogs(c)
	if err != nil {
		return err
	}
	e, err := Reader(c)
	if err != nil {
		return err
	}
	return e.Logs(c.Args().First(), selection, c.Bool("follow"), newLogPrinter(c.Bool("timestamps")))
}

func selectLogs(c *cli.Context) (selection logs.Selection, err error) {
	if selection.Tail, err = parseTail(c.String("tail")); err != nil {
		return selection, err
	}
	if selection.Since, err = parseMoment("since", c.String("since")); err != nil {
		return selection, err
	}
	selection.Until, err = parseMoment("until", c.String("until"))
	return selection, err
}

func parseTail(text string) (int, error) {
	if text == "all" {
		return -1, nil
	}
	lines, err := strconv.Atoi(text)
	if err != nil || lines < -1 {
		return 0, fmt.Errorf("parsing tail %q: must be a number of lines or all", text)
	}
	return lines, nil
}

// parseMoment reads a time of day, a Unix time in seconds, or how long ago.
func parseMoment(what, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if ago, err := time.ParseDuration(text); err == nil {
		return time.Now().Add(-ago), nil
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return time.UnixMicro(int64(seconds * 1e6)), nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04", time.DateOnly} {
		if moment, err := time.ParseInLocation(layout, text, time.Local); err == nil {
			return moment, nil
		}
	}
	return time.Time{}, fmt.Errorf("parsing %s %q: must be a time such as 2024-03-07T13:24:34, a Unix time, or how long ago, such as 10m", what, text)
}
