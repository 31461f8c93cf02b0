package engine

import (
	"errors"
	"slices"
	"strings"
	"time"

	"mydocker/internal/process"
)

// Diagnosis is what an examination found, and what was mended of it.
type Diagnosis struct {
	Findings []Finding
	Checked  Checked
	Notes    []string // what this host is and what it cannot do, for people
}

// Remaining counts the findings that were not mended.
func (d Diagnosis) Remaining() int {
	remaining := 0
	for _, f := range d.Findings {
		if !f.Fixed {
			remaining++
		}
	}
	return remaining
}

// Doctor compares all that is recorded with what the kernel and the disk have,
// and the other way round. With fix it mends what can be mended while
// containers run. What could not be looked at is in the error; what was found
// until then is given all the same.
func (e *Engine) Doctor(fix bool) (Diagnosis, error) {
	if fix {
		e.Reconcile() // what it cannot do is found below
	}
	seen := e.observe()
	d := Diagnosis{Findings: seen.findings, Checked: seen.Checked}
	// Once a network can be read again, what it lacks can be seen: so that
	// mending goes on for as long as it uncovers something.
	for rounds := 0; fix && rounds < 4 && d.mend(); rounds++ {
		seen = e.observe()
		d.compare(seen.findings)
	}
	unfit, notes, err := e.examineHost()
	d.Findings = append(d.Findings, unfit...)
	d.Notes = append(d.Notes, notes...)
	return d, errors.Join(append(seen.errs, err)...)
}

// mend mends what is not mended yet, and tells whether it got anywhere. What
// failed may do when something else has been mended.
func (d *Diagnosis) mend() (progress bool) {
	for i := range d.Findings {
		f := &d.Findings[i]
		if f.mend == nil || f.Fixed {
			continue
		}
		done, err := f.mend()
		if err != nil {
			f.Error = err.Error()
			continue
		}
		f.Done, f.Error, f.mend, progress = done, "", nil, true
	}
	return progress
}

// compare takes for mended what is not found any more, and adds what was not
// found before.
func (d *Diagnosis) compare(now []Finding) {
	for i := range d.Findings {
		d.Findings[i].Fixed = !has(now, d.Findings[i])
		if d.Findings[i].Fixed {
			d.Findings[i].Error = ""
		}
	}
	for _, f := range now {
		if !has(d.Findings, f) {
			d.Findings = append(d.Findings, f)
		}
	}
}

func has(findings []Finding, wanted Finding) bool {
	return slices.ContainsFunc(findings, func(f Finding) bool { return f.key() == wanted.key() })
}

// A look may meet what a living command is just making or removing. So what it
// finds counts only when the next look, a little later, finds it too.
const (
	pause    = 100 * time.Millisecond
	patience = 5 * time.Second // for what is in the making to be made
)

// observe looks until two looks agree.
func (e *Engine) observe() *look {
	before := e.lookOnce()
	for deadline := time.Now().Add(patience); ; {
		if len(before.findings) == 0 && !before.unsettled {
			return before
		}
		time.Sleep(pause)
		now := e.lookOnce()
		settled := !now.unsettled && len(before.findings) == len(now.findings) && agree(before, now)
		if settled || time.Now().After(deadline) {
			now.findings = slices.DeleteFunc(now.findings, func(f Finding) bool { return !has(before.findings, f) })
			return now
		}
		before = now
	}
}

func agree(before, now *look) bool {
	return !slices.ContainsFunc(now.findings, func(f Finding) bool { return !has(before.findings, f) })
}

// lookOnce looks at everything. What it reads of one object is as good as
// atomic; between two objects time passes.
func (e *Engine) lookOnce() *look {
	l := &look{Engine: e, containers: map[string]Container{}, busy: map[string]bool{}}
	var err error
	if l.bootID, err = process.BootID(); err != nil {
		l.fail(err)
		return l
	}
	l.twin = l.hasTwin()
	if l.monitors, err = e.monitors(); err != nil {
		l.fail(err)
		return l
	}
	for _, part := range []func() error{
		l.lookAtContainers,
		l.lookAtNetworks,
		l.lookAtImages,
		l.lookForMonitors,
		l.lookForCgroups,
		l.lookForLinks,
		l.lookForRules,
		l.lookForLeases,
		l.lookForNames,
		l.lookForSubIDs,
		l.lookForLeftovers,
	} {
		l.fail(part())
	}
	slices.SortStableFunc(l.findings, networksFirst)
	return l
}

// networksFirst puts what belongs to a network before what is connected to it.
func networksFirst(a, b Finding) int { return strings.Compare(a.Container, b.Container) }
