// Package account finds out who a user of an image is: it reads the image's
// own /etc/passwd and /etc/group, which may be anything at all.
package account

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/moby/sys/user"
	"github.com/opencontainers/runtime-spec/specs-go"

	"mydocker/internal/handle"
)

// Identity is who a program runs as.
type Identity struct {
	UID, GID uint32
	Groups   []uint32 // supplementary ones, with GID as the first
	Home     string   // "/" when passwd does not say
}

// Resolve gives the identity for a user in the forms "", "name", "uid",
// "name:group" and "uid:gid"; root is the root directory in which it counts.
// "" stands for the numbers in fallback, or the image's root user when those
// are zero. The additional groups of fallback are added to each.
func Resolve(root handle.Root, wanted string, fallback specs.User) (Identity, error) {
	if wanted == "" && (fallback.UID != 0 || fallback.GID != 0) {
		return numbered(root, fallback)
	}
	found, err := find(root, wanted)
	if err != nil {
		return Identity{}, err
	}
	identity, err := checked(found)
	if err != nil {
		return Identity{}, fmt.Errorf("resolving user %q: %w", wanted, err)
	}
	identity.Groups = merged(identity, fallback.AdditionalGids)
	return identity, nil
}

// merged gives the supplementary groups with others added. The primary group
// is always among them, so that a process which gives it up, by running a
// set-group-ID program, does not get around permissions that deny it.
func merged(identity Identity, others []uint32) []uint32 {
	groups := []uint32{identity.GID}
	for _, group := range slices.Concat(identity.Groups, others) {
		if !slices.Contains(groups, group) {
			groups = append(groups, group)
		}
	}
	return groups
}

// numbered takes the numbers as they are and asks the image only for the
// home directory.
func numbered(root handle.Root, numbers specs.User) (Identity, error) {
	identity := Identity{UID: numbers.UID, GID: numbers.GID, Home: "/"}
	identity.Groups = merged(identity, numbers.AdditionalGids)
	if found, err := find(root, fmt.Sprint(numbers.UID)); err == nil {
		identity.Home = homeOf(found)
	}
	return identity, nil
}

// find looks a user up. A database that cannot be read is one without
// entries, which is an error for a name and none for a number.
func find(root handle.Root, wanted string) (*user.ExecUser, error) {
	passwd, passwdErr := openDatabase(root, "etc/passwd")
	defer passwd.Close()
	group, groupErr := openDatabase(root, "etc/group")
	defer group.Close()
	found, err := user.GetExecUser(wanted, &user.ExecUser{Home: "/"}, passwd, group)
	switch {
	case err == nil:
		return found, nil
	case errors.Is(err, user.ErrNoPasswdEntries):
		err = missing("user in the image's /etc/passwd", passwdErr)
	case errors.Is(err, user.ErrNoGroupEntries):
		err = missing("group in the image's /etc/group", groupErr)
	case errors.Is(err, user.ErrRange):
		err = errOutOfRange
	}
	return nil, fmt.Errorf("resolving user %q: %w", wanted, err)
}

// missing says that there is no such entry, and why if the database could not be
// read.
func missing(what string, unread error) error {
	if unread == nil {
		return errors.New("no such " + what)
	}
	return fmt.Errorf("no such %s: %w", what, unread)
}

var errOutOfRange = errors.New("user and group numbers must be 0 to 2147483647")

// checked refuses numbers that would mean somebody else once the kernel cuts
// them to 32 bits: -1 is "do not change", 4294967296 is root.
func checked(found *user.ExecUser) (Identity, error) {
	for _, number := range append([]int{found.Uid, found.Gid}, found.Sgids...) {
		if number < 0 || number > math.MaxInt32 {
			return Identity{}, fmt.Errorf("the image gives it the number %d: %w", number, errOutOfRange)
		}
	}
	identity := Identity{UID: uint32(found.Uid), GID: uint32(found.Gid), Home: homeOf(found)}
	for _, gid := range found.Sgids {
		identity.Groups = append(identity.Groups, uint32(gid))
	}
	return identity, nil
}

// homeOf gives "/" where passwd has nothing, or something that is no path.
func homeOf(found *user.ExecUser) string {
	if found.Home == "" || strings.ContainsRune(found.Home, 0) {
		return "/"
	}
	return found.Home
}
