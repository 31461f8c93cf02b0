package archive

import (
	"fmt"

	"github.com/docker/go-units"
	"golang.org/x/sys/unix"
)

// space is what an archive may fill: the free part of the disk, less a
// twentieth that is left to others. So an archive that a few kilobytes blow
// up to terabytes is refused by its first header that asks for too much.
type space struct {
	directory string
	total     int64 // bytes
	left      int64 // bytes
}

func freeSpace(fd int, directory string) (space, error) {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(fd, &stat); err != nil {
		return space{}, fmt.Errorf("measuring the free space of %q: %w", directory, err)
	}
	free := int64(stat.Bavail) * stat.Bsize
	return space{directory: directory, total: free, left: free - free/20}, nil
}

// take counts a file of size bytes.
func (s *space) take(size int64) error {
	if size > s.left {
		return fmt.Errorf("the file takes %s, but of the %s that were free in %q only %s are left to unpack into; "+
			"make room or put the state elsewhere with --root",
			units.HumanSize(float64(size)), units.HumanSize(float64(s.total)), s.directory, units.HumanSize(float64(max(s.left, 0))))
	}
	s.left -= size
	return nil
}
