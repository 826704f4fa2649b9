package customer

import "slices"

// IDs returns the ids of the records that changes are about, each once.
func IDs[T Record](t *Table[T], changes []Change[T]) []string {
	return distinct(changes, func(c *Change[T]) string { return *t.head(&c.Record).ID })
}

// Owners returns the ids of the customers that changes of accounts point at, each once: those that they
// give, and those that the accounts in existing have.
func Owners(t *Table[Account], changes []Change[Account], existing map[string]Account) []string {
	return distinct(changes, func(c *Change[Account]) string {
		if c.Given&(1<<t.owner) != 0 {
			return c.Record.CustomerID
		}
		return existing[c.Record.ID].CustomerID
	})
}

// AliasValues returns the aliases that changes give to accounts or take from them, each once. known has the
// accounts and their customers.
func AliasValues(t *Table[Account], changes []Change[Account], known Known[Account]) []string {
	var out []string
	seen := map[string]bool{}
	for i := range changes {
		old := known.Records[changes[i].Record.ID]
		after := t.merge(old, &changes[i])
		was, is := Held(old), Held(after)
		if changes[i].Mode == ModeRemove {
			is = nil
		}
		if _, ok := known.Customers[after.CustomerID]; !ok || sameField(&was, &is) {
			continue
		}
		for _, a := range slices.Concat(was, is) {
			if !seen[a.Value] {
				seen[a.Value] = true
				out = append(out, a.Value)
			}
		}
	}
	return out
}

// Held returns the aliases that an account has: none if it is archived or erased.
func Held(a Account) []Alias {
	if a.Status == Archived || a.Status == Erased {
		return nil
	}
	return a.Aliases
}

// Holdings returns who has the aliases with the values after outcomes, and before had them as in known.
func Holdings(known []Holding, outcomes []Outcome[Account], values []string) []Holding {
	written := map[string]bool{}
	var out []Holding
	for _, o := range outcomes {
		if o.Result == Removed {
			written[o.Before.ID] = true
		}
		if o.Result != Created && o.Result != Updated {
			continue
		}
		written[o.After.ID] = true
		for _, a := range Held(o.After) {
			if slices.Contains(values, a.Value) {
				out = append(out, Holding{Account: o.After.ID, Alias: a})
			}
		}
	}
	for _, h := range known {
		if !written[h.Account] {
			out = append(out, h)
		}
	}
	return out
}

// Closing returns the ids of the customers that changes archive, each once.
func Closing(t *Table[Customer], changes []Change[Customer]) []string {
	return distinct(changes, func(c *Change[Customer]) string {
		if c.Given&t.status() != 0 && c.Record.Status == Archived {
			return c.Record.ID
		}
		return ""
	})
}

// Erasing returns the ids of the customers that changes erase, each once.
func Erasing(t *Table[Customer], changes []Change[Customer]) []string {
	return distinct(changes, func(c *Change[Customer]) string {
		if c.Mode == ModeErase {
			return *t.head(&c.Record).ID
		}
		return ""
	})
}

// Cascade returns the changes that archive or erase the accounts of customers that changes have archived or erased;
// open is [Known.Accounts].
func Cascade(
	t *Table[Account], changes []Change[Customer], outcomes []Outcome[Customer], open map[string][]string,
) []Change[Account] {
	var out []Change[Account]
	for i, o := range outcomes {
		if o.Result != Updated || o.After.Status != Archived && o.After.Status != Erased {
			continue
		}
		for _, id := range open[o.After.ID] {
			if o.After.Status == Erased {
				out = append(out, Change[Account]{Mode: ModeErase, Record: Account{ID: id}, At: changes[i].At})
				continue
			}
			out = append(out, Change[Account]{
				Mode: ModeUpdate, Record: Account{ID: id, Status: Archived}, Given: t.status(), At: changes[i].At,
			})
		}
	}
	return out
}

// distinct returns the texts that of gives for changes, each once and without empty ones.
func distinct[T Record](changes []Change[T], of func(*Change[T]) string) []string {
	out := make([]string, 0, len(changes))
	seen := make(map[string]bool, len(changes))
	for i := range changes {
		if v := of(&changes[i]); v != "" && !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}
