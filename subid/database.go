package subid

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// Account is the name under which /etc/subuid and /etc/subgid list what
// containers may have, podman's.
const Account = "containers"

// What containers may have where the files list nothing for Account: IDs that
// neither useradd(8), which begins at 100000 and ends at 600100000, nor systemd
// (UIDS-GIDS.md) gives to anybody, and that fit in 31 bits.
const (
	defaultFirst = 1879048192
	defaultSize  = 268304384
)

// Source says where the IDs come from.
type Source struct {
	Users, Groups string // files in the format of subuid(5)
}

// Host is the host's own files.
func Host() Source { return Source{Users: "/etc/subuid", Groups: "/etc/subgid"} }

// spans gives the IDs that containers may have, as users and as groups.
func (s Source) spans() ([]span, error) {
	users, err := readDatabase(s.Users)
	if err != nil {
		return nil, err
	}
	groups, err := readDatabase(s.Groups)
	if err != nil {
		return nil, err
	}
	if len(users)+len(groups) == 0 {
		return []span{{defaultFirst, defaultSize}}, nil
	}
	var both []span
	for _, u := range users {
		for _, g := range groups {
			if common := u.common(g); common.size > 0 {
				both = append(both, common)
			}
		}
	}
	if len(both) == 0 {
		return nil, fmt.Errorf("choosing IDs: %q and %q list none for %q that are in both; give it the same line in each, such as \"%s:%d:%d\"",
			s.Users, s.Groups, Account, Account, defaultFirst, defaultSize)
	}
	return both, nil
}

// readDatabase gives the IDs of Account: lines NAME:FIRST:SIZE. A file that
// does not exist lists nothing.
func readDatabase(path string) ([]span, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	spans, err := parseDatabase(file)
	if err != nil {
		return nil, fmt.Errorf("reading %q: %w", path, err)
	}
	return spans, nil
}

func parseDatabase(text io.Reader) ([]span, error) {
	var spans []span
	lines := bufio.NewScanner(text)
	for lines.Scan() {
		fields := strings.Split(strings.TrimSpace(lines.Text()), ":")
		if fields[0] != Account {
			continue
		}
		if len(fields) != 3 {
			return nil, fmt.Errorf("line %q: must be NAME:FIRST:SIZE", lines.Text())
		}
		first, err := strconv.ParseUint(fields[1], 10, 32)
		size, err2 := strconv.ParseUint(fields[2], 10, 32)
		listed, valid := newSpan(first, size)
		if err != nil || err2 != nil || !valid {
			return nil, fmt.Errorf("line %q: FIRST and SIZE must be numbers, all IDs below 4294967295", lines.Text())
		}
		spans = append(spans, listed)
	}
	return spans, lines.Err()
}
