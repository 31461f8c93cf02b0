package container

import (
	"os"

	"mydocker/container/launch"
)

// takeFiles duplicates the program's files, because the caller may close its
// own as soon as visit returns.
func (v *visitor) takeFiles() error {
	for i, file := range v.cfg.stdio() {
		if file == nil {
			continue
		}
		raised, err := launch.Raised(file)
		if err != nil {
			return err
		}
		v.files[i] = raised
	}
	return nil
}

// arrangeFiles opens the program's files, above the numbers that the plan gives
// them, and makes it their owner.
func (v *visitor) arrangeFiles() error {
	if v.terminal != nil {
		if err := own(v.terminal, v.identity.UID); err != nil {
			return err
		}
	}
	for i, file := range v.files {
		opened := v.terminal
		switch {
		case file != nil:
			lend(file, v.identity.UID)
			continue
		case opened == nil:
			null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
			if err != nil {
				return err
			}
			defer null.Close()
			opened = openNull(v.inside(), null)
			defer opened.Close()
		}
		var err error
		if v.files[i], err = launch.Raised(opened); err != nil {
			return err
		}
	}
	return nil
}

// closeFiles lets go of what the program has by now, or never will have.
func (v *visitor) closeFiles() {
	for _, file := range append(v.files[:], v.terminal) {
		file.Close() // a nil one says so, which does not matter
	}
}

// handedOver lists what the process gets beside the program's files.
func (v *visitor) handedOver(status, latch *os.File) []*os.File {
	var proc *os.File
	if v.task.Spec.Process.ApparmorProfile != "" {
		proc = v.proc
	}
	return append([]*os.File{status, latch, proc, nil}, v.placing.files()...)
}
