package rows

import (
	"archive/tar"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"mydocker/bench/program"
	"mydocker/bench/trial"
)

// importRow imports a root file system. tar unpacks the same archive, once as
// it does, and once until the disk has it: an image that is there after its
// import shall be there after a power cut too.
func importRow(s *Stage) trial.Row {
	return trial.Row{
		Key: "import", Title: fmt.Sprintf("image import of a %d MB root file system", s.Size.Megabytes), Unit: "ms",
		Goals: []trial.Goal{{Of: "mydocker", Against: "tar -x", Factor: 1.1}},
		Run: func(turns trial.Turns) ([]trial.Series, error) {
			archive := filepath.Join(s.Scratch, "large.tar")
			if err := writeLargeArchive(archive, s.Size.Megabytes); err != nil {
				return nil, err
			}
			defer os.Remove(archive)
			contenders := []trial.Contender{
				imported(s.Mydocker, archive, 0), s.unpacked("tar -x", archive, nothing), s.unpacked("tar -x, then syncfs", archive, syncfs),
			}
			for _, p := range present(s.Podman, s.Docker) {
				contenders = append(contenders, imported(p, archive, 3))
			}
			turns.WarmUp = 1
			return turns.AtMost(10).Take(contenders), nil
		},
	}
}

func imported(p *program.Program, archive string, most int) trial.Contender {
	image := func(turn int) string { return fmt.Sprintf("large%d", turn) }
	return trial.Contender{
		Name: p.Name, Most: most,
		Prepare: settleDisk,
		Measure: trial.Timed(func(turn int) error { return p.Do(p.Import(archive, image(turn))) }),
		Finish:  func(turn int) error { return p.Do(p.RemoveImage(image(turn))) },
	}
}

func (s *Stage) unpacked(title, archive string, then func(directory string) error) trial.Contender {
	directory := filepath.Join(s.Scratch, "large")
	return trial.Contender{
		Name:    title,
		Prepare: func(turn int) error { return errors.Join(os.Mkdir(directory, 0o755), settleDisk(turn)) },
		Measure: trial.Timed(func(int) error {
			return errors.Join(program.Do(exec.Command("tar", "-x", "-f", archive, "-C", directory)), then(directory))
		}),
		Finish: func(int) error { return os.RemoveAll(directory) },
	}
}

// settleDisk writes what the last turn left to be written, and lets the kernel
// do what it does after that.
func settleDisk(int) error {
	unix.Sync()
	time.Sleep(500 * time.Millisecond)
	return nil
}

func nothing(string) error { return nil }

func syncfs(directory string) error {
	opened, err := os.Open(directory)
	if err != nil {
		return err
	}
	defer opened.Close()
	return unix.Syncfs(int(opened.Fd()))
}

// writeLargeArchive makes files like those of a distribution: many small ones,
// few large ones, 25 kB in the mean, 20 in a directory. They hold noise, which
// nothing can compress.
func writeLargeArchive(path string, megabytes int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := tar.NewWriter(file)
	seed := [32]byte{'b', 'e', 'n', 'c', 'h'}
	noise, sizes := rand.NewChaCha8(seed), rand.New(rand.NewPCG(1, 2))
	for i, left := 0, megabytes*1e6; left > 0; i++ {
		content := make([]byte, min(left, int(sizes.ExpFloat64()*sizes.ExpFloat64()*25e3)))
		noise.Read(content)
		left -= len(content)
		if i%20 == 0 {
			if err := out.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: directoryOf(i), Mode: 0o755}); err != nil {
				return err
			}
		}
		name := fmt.Sprintf("%sfile%d", directoryOf(i), i)
		if err := out.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}); err != nil {
			return err
		}
		if _, err := out.Write(content); err != nil {
			return err
		}
	}
	return errors.Join(out.Close(), file.Close())
}

func directoryOf(file int) string { return fmt.Sprintf("directory%d/", file/20) }
