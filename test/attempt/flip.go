package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// enoughFlips is how many exchanges prove that the race is on.
const enoughFlips = 10_000

// flip exchanges two names, and the next two, and so on, without end. After the
// first ten thousand it makes the file /flipping. One of a pair may be missing at
// times, since another pair may lie below it.
func flip(pairs []string) error {
	for count := 1; ; count++ {
		for i := 0; i+1 < len(pairs); i += 2 {
			unix.Renameat2(unix.AT_FDCWD, pairs[i], unix.AT_FDCWD, pairs[i+1], unix.RENAME_EXCHANGE)
		}
		if count != enoughFlips {
			continue
		}
		if err := os.WriteFile("/flipping", nil, 0o644); err != nil {
			return err
		}
	}
}
