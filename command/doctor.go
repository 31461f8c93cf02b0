package command

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/urfave/cli"

	"mydocker/engine"
)

// Exit statuses of doctor.
const (
	exitFindings   = 1 // something is amiss, or still is after --fix
	exitCannotLook = 2
)

// Doctor looks for what is not as it should be.
func Doctor() cli.Command {
	return cli.Command{
		Name:  "doctor",
		Usage: "compare what is recorded with what the host has, and mend it",
		Flags: []cli.Flag{
			cli.BoolFlag{Name: "fix", Usage: "mend what can be mended while containers run"},
			cli.BoolFlag{Name: "json", Usage: "print the findings as a JSON array"},
		},
		Action: doctor,
	}
}

func doctor(c *cli.Context) error {
	if err := exactly(c, 0); err != nil {
		return err
	}
	e, err := looker(c)
	if err != nil {
		return err
	}
	if os.Geteuid() != 0 {
		return statusError{errors.New("looking at the host: it takes root"), exitCannotLook}
	}
	diagnosis, err := e.Doctor(c.Bool("fix"))
	if printErr := printDiagnosis(c, diagnosis); printErr != nil {
		return printErr
	}
	switch {
	case err != nil:
		return statusError{fmt.Errorf("looking at the host: %w", err), exitCannotLook}
	case diagnosis.Remaining() > 0:
		return ExitStatus(exitFindings)
	}
	return nil
}

func printDiagnosis(c *cli.Context, d engine.Diagnosis) error {
	if c.Bool("json") {
		if d.Findings == nil {
			d.Findings = []engine.Finding{}
		}
		return printJSON(c, d.Findings)
	}
	var lines []string
	for _, f := range d.Findings {
		lines = append(lines, describeFinding(f)...)
	}
	lines = append(lines, d.Notes...)
	return PrintLines(c, append(lines, summarize(d)))
}

// describeFinding puts a finding into lines: what it is, then what was found,
// why it matters, and what mends it.
func describeFinding(f engine.Finding) []string {
	lines := []string{f.String(), "    " + f.Detail, "    why: " + f.Why}
	switch {
	case f.Fixed && f.Done != "":
		return append(lines, "    mended: "+f.Done)
	case f.Fixed:
		return append(lines, "    mended")
	case f.Error != "":
		lines = append(lines, "    not mended: "+f.Error)
	}
	for i, line := range f.Remedy {
		word := "mend: "
		if i > 0 {
			word = "      "
		}
		lines = append(lines, "    "+word+line)
	}
	return lines
}

func summarize(d engine.Diagnosis) string {
	looked := fmt.Sprintf("looked at %s, %s, %s, %s", count(d.Checked.Containers, "container"),
		count(d.Checked.Networks, "network"), count(d.Checked.Images, "image"), count(d.Checked.Resources, "resource"))
	remaining := d.Remaining()
	mended := len(d.Findings) - remaining
	var verdict []string
	if mended > 0 {
		verdict = append(verdict, fmt.Sprintf("%d mended", mended))
	}
	switch {
	case remaining > 0:
		verdict = append(verdict, count(remaining, "finding"))
	default:
		verdict = append(verdict, "clean")
	}
	return looked + ": " + strings.Join(verdict, ", ")
}

func count(number int, what string) string {
	if number == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", number, what)
}
