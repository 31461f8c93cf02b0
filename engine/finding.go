package engine

import (
	"errors"
	"fmt"

	"mydocker/internal/shell"
	"mydocker/state"
)

// Class is how what was found differs from what is recorded.
type Class string

const (
	Missing    Class = "missing"    // recorded, and not there
	Altered    Class = "altered"    // there, and not as recorded
	Leaked     Class = "leaked"     // ours, and not recorded
	Conflict   Class = "conflict"   // what others have on the host stands against it
	Broken     Class = "broken"     // a state file that cannot be read
	Unfinished Class = "unfinished" // what a command that died was doing
	Unfit      Class = "unfit"      // the host lacks what containers need
)

// Finding is one thing that is not as it should be.
type Finding struct {
	Class     Class    `json:"class"`
	Kind      string   `json:"kind"`                // of the object, such as "veth"
	Object    string   `json:"object"`              // such as `veth "veth1891821312"`
	Container string   `json:"container,omitempty"` // ID of the one that it belongs to
	Network   string   `json:"network,omitempty"`   // name of the one that it belongs to
	Detail    string   `json:"detail"`              // what was found
	Why       string   `json:"why"`                 // why it matters
	Remedy    []string `json:"remedy"`              // shell lines that mend it
	ByHand    []string `json:"byHand,omitempty"`    // others, for what doctor --fix mends
	Fixable   bool     `json:"fixable"`             // doctor --fix does
	Fixed     bool     `json:"fixed"`               // and did
	Done      string   `json:"done,omitempty"`      // what that was, where it is worth a word
	Error     string   `json:"error,omitempty"`     // why it could not

	mend mending
}

// mending mends a finding and may say what it did.
type mending func() (done string, err error)

func quietly(mend func() error) mending {
	return func() (string, error) { return "", mend() }
}

// key tells findings apart.
func (f Finding) key() [5]string {
	return [5]string{string(f.Class), f.Kind, f.Object, f.Container, f.Network}
}

// look is one look at everything that there is.
type look struct {
	*Engine
	bootID   string
	monitors map[string]Reference // by container

	containers map[string]Container // those whose records can be read
	busy       map[string]bool      // containers that are not to be judged now
	twin       bool                 // another instance has our mark

	Checked  Checked
	findings []Finding
	errs     []error

	// unsettled says that something was in the making or on its way out, and
	// could not be judged.
	unsettled bool
}

// Checked counts what was looked at.
type Checked struct {
	Containers, Networks, Images, Resources int
}

// setRemedy says what a person types to mend it, unless doctor does.
func (f *Finding) setRemedy(lines []string) {
	if f.mend == nil {
		f.Remedy = lines
	} else {
		f.ByHand = lines
	}
}

// report notes a finding.
func (l *look) report(f Finding) {
	if f.Fixable = f.mend != nil; f.Fixable {
		f.Remedy = []string{l.command("doctor --fix")}
	}
	for _, known := range l.findings {
		if known.key() == f.key() {
			return
		}
	}
	l.findings = append(l.findings, f)
}

// fail notes that something could not be looked at.
func (l *look) fail(err error) {
	if err != nil {
		l.errs = append(l.errs, err)
	}
}

// command is the command line for this instance.
func (e *Engine) command(words string) string {
	line := "mydocker "
	if e.Layout.Root != state.DefaultRoot {
		line += "--root " + shell.Quote(e.Layout.Root) + " "
	}
	if e.Layout.RunRoot != state.DefaultRunRoot {
		line += "--run-root " + shell.Quote(e.Layout.RunRoot) + " "
	}
	return line + words
}

func (f Finding) String() string {
	owner := ""
	switch {
	case f.Container != "":
		owner = fmt.Sprintf(" of container %q", f.Container)
	case f.Network != "":
		owner = fmt.Sprintf(" of network %q", f.Network)
	}
	return fmt.Sprintf("%s: %s%s", f.Class, f.Object, owner)
}

// causeOf says what is wrong with a state file, without the file's name and the
// remedy, which have places of their own in a finding.
func causeOf(err error) string {
	var corrupt *state.CorruptError
	if errors.As(err, &corrupt) {
		return corrupt.Cause.Error()
	}
	return err.Error()
}
