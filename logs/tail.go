package logs

// tail holds the last entries back, until it is known which are the last.
type tail struct {
	limit int
	kept  []Entry // a ring once it is full
	next  int
	each  func(Entry) error
}

func newTail(limit int, each func(Entry) error) *tail {
	return &tail{limit: limit, each: each}
}

func (t *tail) add(entry Entry) error {
	switch {
	case t.limit < 0:
		return t.each(entry)
	case t.limit == 0:
		return nil
	case len(t.kept) < t.limit:
		t.kept = append(t.kept, entry)
	default:
		t.kept[t.next] = entry
		t.next = (t.next + 1) % t.limit
	}
	return nil
}

func (t *tail) flush() error {
	for i := range t.kept {
		if err := t.each(t.kept[(t.next+i)%len(t.kept)]); err != nil {
			return err
		}
	}
	return nil
}
