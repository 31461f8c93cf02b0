package command

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"mydocker/engine"
)

// predicate tells whether a container is wanted.
type predicate func(engine.Container) bool

// parseFilters reads KEY=VALUE filters. As with docker, several values of one
// key are alternatives, but of labels, and all keys must hold.
func parseFilters(words []string) (predicate, error) {
	alternatives := map[string][]predicate{}
	for _, word := range words {
		key, value, ok := strings.Cut(word, "=")
		if !ok {
			return nil, fmt.Errorf("parsing filter %q: write it as KEY=VALUE", word)
		}
		wanted, err := newFilter(key, value)
		if err != nil {
			return nil, err
		}
		if key == "label" {
			key = word // docker's labels are all wanted
		}
		alternatives[key] = append(alternatives[key], wanted)
	}
	return func(container engine.Container) bool {
		for _, some := range alternatives {
			if !anyHolds(some, container) {
				return false
			}
		}
		return true
	}, nil
}

func anyHolds(alternatives []predicate, container engine.Container) bool {
	for _, holds := range alternatives {
		if holds(container) {
			return true
		}
	}
	return false
}

func newFilter(key, value string) (predicate, error) {
	switch key {
	case "id":
		return func(c engine.Container) bool { return strings.HasPrefix(c.Record.ID, value) }, nil
	case "name":
		return nameFilter(value)
	case "network":
		return func(c engine.Container) bool { return cmp.Or(c.Record.Network, "none") == value }, nil
	case "ancestor":
		return func(c engine.Container) bool { return ofImage(c, value) }, nil
	case "status":
		return statusFilter(value)
	case "exited":
		return exitedFilter(value)
	case "label":
		return labelFilter(value), nil
	}
	return nil, fmt.Errorf("parsing filter %q: unknown key; there are id, name, status, exited, label, network and ancestor", key)
}

// nameFilter takes a regular expression that need not match the whole name, as docker
// does.
func nameFilter(value string) (predicate, error) {
	wanted, err := regexp.Compile(value)
	if err != nil {
		return nil, fmt.Errorf("parsing filter \"name=%s\": %w", value, err)
	}
	return func(c engine.Container) bool {
		return wanted.MatchString(c.Record.Name) || wanted.MatchString("/"+c.Record.Name) // docker's have a slash
	}, nil
}

// ofImage takes an image by any way of writing its name, or by its ID.
func ofImage(c engine.Container, image string) bool {
	return withTag(c.Record.Image.Name) == withTag(image) || strings.HasPrefix(c.Record.Image.ID, strings.TrimPrefix(image, "sha256:"))
}

func withTag(name string) string {
	if strings.Contains(name[strings.LastIndexByte(name, '/')+1:], ":") {
		return name
	}
	return name + ":latest"
}

func statusFilter(value string) (predicate, error) {
	switch state := engine.State(value); state {
	case engine.Starting, engine.Up, engine.Leaving, engine.Exited:
		return func(c engine.Container) bool { return c.State == state }, nil
	}
	return nil, fmt.Errorf("parsing filter \"status=%s\": must be starting, running, removing or exited", value)
}

func exitedFilter(value string) (predicate, error) {
	code, err := strconv.Atoi(value)
	if err != nil {
		return nil, fmt.Errorf("parsing filter \"exited=%s\": must be an exit status", value)
	}
	return func(c engine.Container) bool {
		return c.State == engine.Exited && c.Record.Exit != nil && c.Record.Exit.Code == code
	}, nil
}

func labelFilter(wanted string) predicate {
	key, value, valued := strings.Cut(wanted, "=")
	return func(c engine.Container) bool {
		has, ok := c.Record.Labels[key]
		return ok && (!valued || has == value)
	}
}
