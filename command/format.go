package command

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/template"

	"github.com/urfave/cli"
)

// printFormatted prints each value by a Go template, or as a line of JSON
// when the format is "json".
func printFormatted[T any](c *cli.Context, format string, values []T) error {
	if format == "json" {
		return printLines(c, values)
	}
	shape, err := parseTemplate(format)
	if err != nil {
		return err
	}
	for _, value := range values {
		if err := shape.Execute(c.App.Writer, value); err != nil {
			return fmt.Errorf("filling in format %q: %w", format, err)
		}
		fmt.Fprintln(c.App.Writer)
	}
	return nil
}

func printLines[T any](c *cli.Context, values []T) error {
	lines := json.NewEncoder(c.App.Writer)
	lines.SetEscapeHTML(false)
	for _, value := range values {
		if err := lines.Encode(value); err != nil {
			return err
		}
	}
	return nil
}

// parseTemplate knows the functions that docker's templates know.
func parseTemplate(format string) (*template.Template, error) {
	shape, err := template.New("format").Funcs(template.FuncMap{
		"json":  toJSON,
		"join":  strings.Join,
		"lower": strings.ToLower,
		"upper": strings.ToUpper,
		"split": strings.Split,
	}).Parse(strings.NewReplacer(`\t`, "\t", `\n`, "\n").Replace(format))
	if err != nil {
		return nil, fmt.Errorf("parsing format %q: %w", format, err)
	}
	return shape, nil
}

func toJSON(value any) (string, error) {
	text, err := json.Marshal(value)
	return string(text), err
}

// printJSON prints a value for people and programs.
func printJSON(c *cli.Context, value any) error {
	printer := json.NewEncoder(c.App.Writer)
	printer.SetIndent("", "    ")
	printer.SetEscapeHTML(false)
	return printer.Encode(value)
}

// PrintLines prints lines of text.
func PrintLines(c *cli.Context, lines []string) error {
	_, err := fmt.Fprintln(c.App.Writer, strings.Join(lines, "\n"))
	return err
}
