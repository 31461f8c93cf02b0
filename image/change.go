package image

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	json "github.com/go-json-experiment/json/v1"
)

// applyChanges gives a copy of config after instructions of a Dockerfile have
// changed it: CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME and
// WORKDIR, in either case, with the arguments that they have there.
func applyChanges(config Config, changes []string) (Config, error) {
	config = config.clone()
	if mentions(changes, "ENTRYPOINT") && !mentions(changes, "CMD") {
		config.Cmd = nil // it was meant for another program
	}
	for _, change := range changes {
		if err := config.change(change); err != nil {
			return Config{}, fmt.Errorf("parsing change %q: %w", change, err)
		}
	}
	return config, nil
}

func mentions(changes []string, instruction string) bool {
	return slices.ContainsFunc(changes, func(change string) bool {
		first, _, _ := strings.Cut(strings.TrimSpace(change), " ")
		return strings.EqualFold(first, instruction)
	})
}

func (c Config) clone() Config {
	c.Env, c.Entrypoint, c.Cmd = slices.Clone(c.Env), slices.Clone(c.Entrypoint), slices.Clone(c.Cmd)
	c.ExposedPorts, c.Volumes, c.Labels = maps.Clone(c.ExposedPorts), maps.Clone(c.Volumes), maps.Clone(c.Labels)
	return c
}

func (c *Config) change(change string) error {
	instruction, argument, _ := strings.Cut(strings.TrimSpace(change), " ")
	argument = strings.TrimSpace(argument)
	if strings.ContainsRune(change, 0) {
		return errors.New("a NUL byte is in it")
	}
	if !utf8.ValidString(change) {
		return errors.New("it is not UTF-8")
	}
	if argument == "" {
		return errors.New(`an instruction and its argument are needed, such as CMD ["/bin/sh"]`)
	}
	switch strings.ToUpper(instruction) {
	case "CMD":
		return command(&c.Cmd, argument)
	case "ENTRYPOINT":
		return command(&c.Entrypoint, argument)
	case "ENV":
		return c.environment(argument)
	case "LABEL":
		return c.label(argument)
	case "EXPOSE":
		return c.expose(argument)
	case "VOLUME":
		return c.volume(argument)
	case "WORKDIR":
		return c.workDirectory(argument)
	case "USER":
		return word(&c.User, argument)
	case "STOPSIGNAL":
		return word(&c.StopSignal, argument)
	}
	return fmt.Errorf("the instruction %q is none of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, STOPSIGNAL, USER, VOLUME and WORKDIR", instruction)
}

// command reads a JSON array of strings, or a line for the shell.
func command(target *[]string, argument string) error {
	if !strings.HasPrefix(argument, "[") {
		*target = []string{"/bin/sh", "-c", argument}
		return nil
	}
	list, err := jsonList(argument)
	*target = list
	return err
}

func jsonList(argument string) ([]string, error) {
	var list []string
	if err := json.Unmarshal([]byte(argument), &list); err != nil {
		return nil, fmt.Errorf("%s is no JSON list of strings: %w", argument, err)
	}
	return list, nil
}

func word(target *string, argument string) error {
	words, err := splitWords(argument)
	if err == nil && len(words) != 1 {
		err = errors.New("one word is needed")
	}
	if err != nil {
		return err
	}
	*target = words[0]
	return nil
}

func (c *Config) environment(argument string) error {
	return eachPair(argument, func(key, value string) {
		set := key + "=" + value
		for i, existing := range c.Env {
			if strings.HasPrefix(existing, key+"=") {
				c.Env[i] = set
				return
			}
		}
		c.Env = append(c.Env, set)
	})
}

func (c *Config) label(argument string) error {
	return eachPair(argument, func(key, value string) {
		if c.Labels == nil {
			c.Labels = map[string]string{}
		}
		c.Labels[key] = value
	})
}

func (c *Config) expose(argument string) error {
	for _, port := range strings.Fields(argument) {
		number, protocol, found := strings.Cut(port, "/")
		if !found {
			protocol = "tcp"
		}
		value, err := strconv.Atoi(number)
		if err != nil || value < 1 || value > 65535 || protocol != "tcp" && protocol != "udp" && protocol != "sctp" {
			return fmt.Errorf("the port %q must be NUMBER[/tcp|/udp|/sctp], 1 to 65535", port)
		}
		if c.ExposedPorts == nil {
			c.ExposedPorts = map[string]struct{}{}
		}
		c.ExposedPorts[strconv.Itoa(value)+"/"+protocol] = struct{}{}
	}
	return nil
}

func (c *Config) volume(argument string) (err error) {
	var paths []string
	if strings.HasPrefix(argument, "[") {
		paths, err = jsonList(argument)
	} else {
		paths, err = splitWords(argument)
	}
	for _, path := range paths {
		if c.Volumes == nil {
			c.Volumes = map[string]struct{}{}
		}
		c.Volumes[path] = struct{}{}
	}
	return err
}
