package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"mydocker/internal/snapshot"
	"mydocker/test/patience"
)

// A world is a state in which a host may be: the one before a command, the one
// after it, and each of the two when it is bereft, since a container that was
// running has died.
type world struct {
	name string
	seen snapshot.Snapshot
}

// directories is the section of a snapshot for directories that stand for an
// object, even when they are empty.
const directories snapshot.Section = "directory"

// look takes a snapshot in which nothing differs from run to run: addresses,
// pids, IDs and what depends on the time.
func (b *bench) look() (snapshot.Snapshot, error) {
	seen, err := snapshot.Take(b.Scope)
	if err != nil {
		return nil, err
	}
	seen[snapshot.Mounts] = b.strangeMounts(seen[snapshot.Mounts])
	seen[directories] = b.directories()
	for section, lines := range seen {
		for i := range lines {
			lines[i] = alike(section, lines[i])
		}
		slices.Sort(lines)
	}
	return seen, nil
}

// strangeMounts gives the mounts that were not there when the host was made:
// which those are depends on what else the machine does.
func (b *bench) strangeMounts(mounts []string) []string {
	return slices.DeleteFunc(mounts, func(mount string) bool { return slices.Contains(b.mounts, mount) })
}

func (b *bench) directories() []string {
	var found []string
	for _, pattern := range []string{
		b.Root() + "/containers/*", b.Root() + "/image/layers/*", b.Root() + "/image/layers/.*",
		b.RunRoot() + "/containers/*", b.RunRoot() + "/leases/*",
	} {
		paths, _ := filepath.Glob(pattern)
		found = append(found, paths...)
	}
	return found
}

var (
	anID      = regexp.MustCompile(`[0-9a-f]{32,}|[0-9]{10}`)
	anAddress = regexp.MustCompile(`10\.77\.0\.\d+`)
	aProcess  = regexp.MustCompile(`^\d+ | \(started at tick \d+\)`)
	aNumber   = regexp.MustCompile(`\d{3,}`)
	aSize     = regexp.MustCompile(` \d+ bytes sha256 [0-9a-f]+$`)
	aHost     = regexp.MustCompile(`/tmp/md\d+`)
	anOwner   = regexp.MustCompile(`/owner -> \d+ \d+ [0-9a-f-]{36}$`)
)

// alike makes lines equal that say the same.
func alike(section snapshot.Section, line string) string {
	if section == snapshot.Files {
		line = aSize.ReplaceAllString(line, "")
		line = anOwner.ReplaceAllString(line, "/owner -> MONITOR")
	}
	line = anID.ReplaceAllString(aHost.ReplaceAllString(line, "/tmp/md"), "ID")
	line = anAddress.ReplaceAllString(line, "10.77.0.N")
	switch section {
	case snapshot.Processes:
		return aProcess.ReplaceAllString(line, "")
	case snapshot.Namespaces:
		return aNumber.ReplaceAllString(line, "N")
	}
	return line
}

// reach waits until the host is in one of several worlds. When it does not get
// there, the error says what differs from the one that is nearest.
func (b *bench) reach(limit time.Duration, worlds ...world) (world, error) {
	deadline := time.Now().Add(limit)
	b.rest() // what does not come to rest will be seen
	for {
		seen, err := b.look()
		if err != nil {
			return world{}, err
		}
		nearest, difference := closest(seen, worlds)
		if difference.Empty() {
			return nearest, nil
		}
		if !time.Now().Before(deadline) {
			return world{}, fmt.Errorf("the host is not as %s:\n%s%s", nearest.name, difference, b.clues())
		}
		time.Sleep(patience.Pause)
	}
}

func closest(seen snapshot.Snapshot, worlds []world) (nearest world, least snapshot.Difference) {
	for i, w := range worlds {
		d := snapshot.Diff(w.seen, seen)
		if i == 0 || len(d.Appeared)+len(d.Vanished) < len(least.Appeared)+len(least.Vanished) {
			nearest, least = w, d
		}
	}
	return nearest, least
}

// settled is how long the host may take to come to rest.
func settled() time.Duration { return patience.For(10 * time.Second) }
