package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"text/template"

	"github.com/urfave/cli"
)

// formatOf is the format of a listing: "" for the usual table, which "table" is, too.
func formatOf(c *cli.Context) string {
	if format := c.String("format"); format != "table" {
		return format
	}
	return ""
}

// printFormatted prints each value by a Go template, or as a line of JSON
// when the format is "json". A format that begins with "table" has columns.
func printFormatted[T any](c *cli.Context, format string, values []T) error {
	if format == "json" {
		return printLines(c, values)
	}
	format, columns := strings.CutPrefix(format, "table ")
	shape, err := parseTemplate(format)
	if err != nil {
		return err
	}
	var lines []string
	if columns {
		lines = heading(shape, reflect.TypeFor[T]())
	}
	for _, value := range values {
		line, err := fill(shape, value)
		if err != nil {
			return fmt.Errorf("filling in format %q: %w", format, err)
		}
		lines = append(lines, line)
	}
	return printShaped(c, lines, columns)
}

func printShaped(c *cli.Context, lines []string, columns bool) error {
	if columns {
		return newTable(c, strings.Join(lines, "\n")).Flush()
	}
	for _, line := range lines {
		if _, err := fmt.Fprintln(c.App.Writer, line); err != nil {
			return err
		}
	}
	return nil
}

// fill fills a template in by the fields of a value or, where it asks for others, by
// the names in its JSON, which are what people see of it.
func fill(shape *template.Template, value any) (string, error) {
	var text strings.Builder
	failed := shape.Execute(&text, value)
	if failed == nil {
		return text.String(), nil
	}
	shown, err := asShown(value)
	if err != nil {
		return "", err
	}
	filled, err := fillStrictly(shape, shown)
	if err != nil && text.Len() > len(filled) { // it got further
		err = failed
	}
	return filled, err
}

// fillStrictly takes it for an error when a map has not what the template asks for.
func fillStrictly(shape *template.Template, value any) (string, error) {
	strict, err := shape.Clone()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = strict.Option("missingkey=error").Execute(&text, value)
	return text.String(), err
}

// asShown gives a value as its JSON says it.
func asShown(value any) (shown any, err error) {
	data, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	reader := json.NewDecoder(bytes.NewReader(data))
	reader.UseNumber()
	err = reader.Decode(&shown)
	return shown, err
}

// heading fills a template in with the names of what it asks for. It is left out where
// the template does more with them than to print them.
func heading(shape *template.Template, kind reflect.Type) []string {
	if kind.Kind() != reflect.Struct {
		return nil
	}
	names := map[string]string{}
	for field := range kind.Fields() {
		names[field.Name] = strings.ToUpper(field.Name)
	}
	for method := range kind.Methods() {
		names[method.Name] = strings.ToUpper(method.Name)
	}
	line, err := fillStrictly(shape, names)
	if err != nil {
		return nil
	}
	return []string{line}
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
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return strings.TrimSuffix(text.String(), "\n"), err
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
