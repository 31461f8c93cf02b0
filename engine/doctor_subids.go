package engine

import (
	"fmt"

	"mydocker/state"
	"mydocker/subid"
)

// lookForSubIDs looks for IDs that are given to containers that there are not,
// or that have others.
func (l *look) lookForSubIDs() error {
	ranges, err := subid.Ranges(l.Layout.SubIDs())
	if err != nil {
		return err
	}
	for _, given := range ranges {
		found, readable := l.containers[given.Owner]
		switch {
		case given.Owner == "":
			l.report(Finding{
				Class: Conflict, Kind: given.Kind(), Object: given.String(),
				Detail: fmt.Sprintf("%q is nothing that mydocker makes", given.Path()), Why: whyLeakMatters(given),
				Remedy: []string{removeFile(given.Path())},
			})
		case l.busy[given.Owner], l.isBusy(given.Owner), readable && hasSubIDs(found.Record, given):
		case readable:
			l.reportSubIDs(given, "the container has others")
		case !state.Exists(l.Layout.Container(given.Owner)):
			l.reportSubIDs(given, "there is no such container")
		}
	}
	return nil
}

func hasSubIDs(record *Record, given *subid.Range) bool {
	return record.UserNS != nil && record.UserNS.First == given.First && record.UserNS.Size == given.Size
}

func (l *look) reportSubIDs(given *subid.Range, detail string) {
	l.report(Finding{
		Class: Leaked, Kind: given.Kind(), Object: given.String(), Container: given.Owner,
		Detail: detail, Why: whyLeakMatters(given), ByHand: given.Explain().Remove,
		mend: quietly(func() error { return l.giveBackSubIDs(given) }),
	})
}

func (e *Engine) giveBackSubIDs(given *subid.Range) error {
	lock, err := e.lockContainer(given.Owner)
	if err != nil {
		return err
	}
	defer lock.Release()
	if record, err := e.load(given.Owner); err == nil && hasSubIDs(record, given) {
		return nil
	}
	return given.Remove()
}
