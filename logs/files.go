package logs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

func numbered(path string, number int) string {
	if number == 0 {
		return path
	}
	return fmt.Sprintf("%s.%d", path, number)
}

// present opens all files of a log, oldest first. When they have got new numbers
// meanwhile, it opens them once more: nobody keeps the writer from rotating. A
// log that is not there is empty.
func present(path string) ([]*os.File, error) {
	for {
		files, err := scan(path)
		if err != nil || !rotated(path, files) {
			return files, err
		}
		closeAll(files)
	}
}

// scan opens one number after the other. In the middle of a rotation one number
// is nobody's.
func scan(path string) (files []*os.File, err error) {
	for number, absent := 0, 0; absent < 2; number++ {
		file, err := os.Open(numbered(path, number))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			absent++
		case err != nil:
			return nil, errors.Join(err, closeAll(files))
		default:
			absent = 0
			files = prepend(files, file)
		}
	}
	return files, nil
}

// prepend puts an older file in front. A rotation in between can show the
// same file under its next number again.
func prepend(files []*os.File, file *os.File) []*os.File {
	if len(files) > 0 && same(file, files[0]) {
		file.Close()
		return files
	}
	return append([]*os.File{file}, files...)
}

// rotated says whether the log has another first file than there was among the
// files, which may have been none.
func rotated(path string, files []*os.File) bool {
	var first *os.File
	if len(files) > 0 && files[len(files)-1].Name() == path {
		first = files[len(files)-1]
	}
	now, err := os.Stat(path)
	if err != nil || first == nil {
		return (err == nil) != (first != nil)
	}
	before, err := first.Stat()
	return err == nil && !os.SameFile(before, now)
}

// newer leaves those of the files that are newer than all that were seen, and
// closes the others.
func newer(files, seen []*os.File) []*os.File {
	if len(seen) == 0 {
		return files
	}
	for i, file := range files {
		if same(file, seen[len(seen)-1]) {
			closeAll(files[:i+1])
			return files[i+1:]
		}
	}
	return files
}

func same(a, b *os.File) bool {
	infoA, errA := a.Stat()
	infoB, errB := b.Stat()
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

func closeAll(files []*os.File) error {
	var errs []error
	for _, file := range files {
		errs = append(errs, file.Close())
	}
	return errors.Join(errs...)
}
