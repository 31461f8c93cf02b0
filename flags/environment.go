package flags

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// Environment reads the values of -e: KEY=VALUE, or KEY alone, which takes
// the caller's own value and is left out when the caller has none.
func Environment(words []string) ([]string, error) {
	var environment []string
	for _, word := range words {
		if err := checkVariable(word); err != nil {
			return nil, fmt.Errorf("parsing environment variable %q: %v; write it as KEY=VALUE", withoutValue(word), err)
		}
		environment = appendVariable(environment, word)
	}
	return environment, nil
}

// EnvironmentFile reads a file of lines as Environment takes them. Empty
// lines and lines that start with # are passed over.
func EnvironmentFile(name string) ([]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("reading env file %q: %w", name, err)
	}
	defer file.Close()
	environment, err := readEnvironment(file)
	if err != nil {
		return nil, fmt.Errorf("reading env file %q: %w", name, err)
	}
	return environment, nil
}

// byteOrderMark is what some editors put at the start of a file, U+FEFF in
// UTF-8. It is no part of the first name.
const byteOrderMark = "\ufeff"

// longestLine is what the kernel takes for one variable, in bytes (MAX_ARG_STRLEN,
// linux/binfmts.h, with pages of 4 KiB).
const longestLine = 128 << 10

func readEnvironment(file io.Reader) ([]string, error) {
	var environment []string
	lines, number := bufio.NewScanner(file), 1
	lines.Buffer(nil, longestLine)
	for ; lines.Scan(); number++ {
		line := lines.Text()
		if number == 1 {
			line = strings.TrimPrefix(line, byteOrderMark)
		}
		line = strings.TrimLeft(line, " \t")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := checkVariable(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", number, err)
		}
		environment = appendVariable(environment, line)
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return nil, fmt.Errorf("line %d: longer than %d bytes, which no program can be given", number, longestLine)
	case err != nil:
		return nil, fmt.Errorf("line %d: %w", number, err)
	}
	return environment, nil
}

func appendVariable(environment []string, word string) []string {
	if strings.Contains(word, "=") {
		return append(environment, word)
	}
	if value, set := os.LookupEnv(word); set {
		return append(environment, word+"="+value)
	}
	return environment
}

// withoutValue leaves the value out, which may be a secret.
func withoutValue(word string) string {
	key, _, _ := strings.Cut(word, "=")
	if key == "" {
		return word
	}
	return key
}

func checkVariable(word string) error {
	key, _, _ := strings.Cut(word, "=")
	switch {
	case key == "":
		return fmt.Errorf("the name is empty")
	case strings.ContainsAny(key, " \t"):
		return fmt.Errorf("the name %q has white space in it", key)
	case strings.ContainsRune(word, 0):
		return fmt.Errorf("a NUL byte is in it")
	}
	return nil
}
