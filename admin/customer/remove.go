package customer

// remove decides on a change of ModeRemove.
func (t *Table[T]) remove(c *Change[T], old *T, k *Known[T]) Outcome[T] {
	if t.owner < 0 {
		if o, ok := t.closes(c, old, k); !ok {
			return o
		}
	}
	id := *t.head(old).ID
	if len(t.aliases(old)) > 0 {
		k.release(id)
	}
	return Outcome[T]{Result: Removed, Before: *old}
}

// Removing returns the ids of the customers that changes remove, each once.
func Removing(t *Table[Customer], changes []Change[Customer]) []string {
	return distinct(changes, func(c *Change[Customer]) string {
		if c.Mode == ModeRemove {
			return c.Record.ID
		}
		return ""
	})
}

// Removed returns the ids of the records that outcomes have removed: what a store removes after [Table.Decide].
func (t *Table[T]) Removed(outcomes []Outcome[T]) []string {
	var out []string
	for i := range outcomes {
		if o := &outcomes[i]; o.Result == Removed {
			out = append(out, *t.head(&o.Before).ID)
		}
	}
	return out
}
