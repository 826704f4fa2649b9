package customer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Decide returns what becomes of each change, given what a store knows. Every store goes by it, so that
// they cannot differ: it then creates the After of what is Created, replaces what is Updated by it, and
// removes what is Removed.
// A set that names one record twice is [admin.ErrInvalid].
func (t *Table[T]) Decide(changes []Change[T], k Known[T]) ([]Outcome[T], error) {
	out := make([]Outcome[T], len(changes))
	seen := make(map[string]bool, len(changes))
	for i := range changes {
		c := &changes[i]
		id := *t.head(&c.Record).ID
		if seen[id] {
			return nil, fmt.Errorf("%s %q is in the set of changes twice: %w", t.noun, admin.Clip(id), admin.ErrInvalid)
		}
		seen[id] = true
		out[i] = t.decide(c, &k)
	}
	return out, nil
}

func (t *Table[T]) decide(c *Change[T], k *Known[T]) Outcome[T] {
	id := *t.head(&c.Record).ID
	old, exists := k.Records[id]
	switch {
	case exists && c.Mode == ModeSkip:
		return Outcome[T]{Result: Skipped, Before: old, After: old}
	case exists && c.Mode == ModeCreate:
		return refuse(old, ReasonExists, "", "%s %q exists already", t.noun, admin.Clip(id))
	case !exists && (c.Mode == ModeUpdate || c.Mode == ModeErase || c.Mode == ModeRemove):
		return refuse(old, ReasonNotFound, "", "there is no %s %q", t.noun, admin.Clip(id))
	case exists && (c.Version != 0 || c.Mode == ModeRemove) && !t.at(&old, c):
		return refuse(old, ReasonConflict, "", "%s %q was changed meanwhile", t.noun, admin.Clip(id))
	case exists && *t.head(&old).Status == Erased:
		return refuse(old, ReasonErased, "", "%s %q was erased", t.noun, admin.Clip(id)).with("id", id)
	case c.Mode == ModeErase:
		return t.erase(c, &old, k)
	case c.Mode == ModeRemove:
		return t.remove(c, &old, k)
	}
	after := t.merge(old, c)
	if exists && t.same(&after, &old) {
		return Outcome[T]{Result: Unchanged, Before: old, After: old}
	}
	was, is := *t.head(&old).Status, *t.head(&after).Status
	if exists && was == Archived && is == Archived {
		return refuse(old, ReasonArchived, "", "%s %q is archived", t.noun, admin.Clip(id)).with("id", id)
	}
	if o, ok := currencyRefused(c, &old, &after); ok {
		return o
	}
	if o, ok := t.related(c, &old, &after, k); !ok {
		return o
	}
	h := t.head(&after)
	*h.UpdatedAt = c.At
	*h.Version++
	*h.Restored = c.Restores
	o := Outcome[T]{Result: Updated, Before: old, After: after}
	if !exists {
		*h.CreatedAt = c.At
		o.Result, o.After = Created, after
	}
	return o
}

// at reports whether a record is of the Version that a change demands.
func (t *Table[T]) at(old *T, c *Change[T]) bool {
	h := t.head(old)
	if *h.Version == c.Version {
		return true
	}
	return (c.Restores != 0 || c.Mode == ModeRemove) && c.Version != 0 && *h.Restored == c.Version
}

// currencyField is the name of the field that Change.Currencies is about.
const currencyField = "invoice_currency"

func currencyRefused[T Record](c *Change[T], old, after *T) (Outcome[T], bool) {
	code := invoiceCurrency(after)
	why, refused := c.Currencies[code]
	if !refused || code == invoiceCurrency(old) {
		return Outcome[T]{}, false
	}
	reason := ReasonCurrencyUnused
	if why == iso4217.Archived {
		reason = ReasonCurrencyArchived
	}
	return refuse(*old, reason, currencyField, "%s", why.Message(code)).with("currency", string(code)), true
}

// invoiceCurrency is that of an account, and empty for a customer.
func invoiceCurrency[T Record](r *T) iso4217.Code {
	if a, ok := any(r).(*Account); ok {
		return a.InvoiceCurrency
	}
	return ""
}

// refuse makes the outcome of a change that leaves the record as it is.
func refuse[T Record](old T, r Reason, field, format string, args ...any) Outcome[T] {
	return Outcome[T]{Result: Refused, Reason: r, Field: field, Detail: fmt.Sprintf(format,
		args...), Before: old, After: old}
}

// with adds a parameter for translation.
func (o Outcome[T]) with(name, value string) Outcome[T] {
	if o.Params == nil {
		o.Params = map[string]string{}
	}
	o.Params[name] = value
	return o
}

// related decides by the other records that a change has to do with, and whether it may be made.
func (t *Table[T]) related(c *Change[T], old, after *T, k *Known[T]) (Outcome[T], bool) {
	was, is := *t.head(old).Status, *t.head(after).Status
	if t.owner < 0 {
		if was == Archived || is != Archived {
			return Outcome[T]{}, true
		}
		return t.closes(c, old, k)
	}
	owner := *t.fields[t.owner].of(after).(*string)
	moved := owner != *t.fields[t.owner].of(old).(*string)
	status, known := k.Customers[owner]
	switch {
	case known && status == Erased && is != Erased:
		return refuse(*old, ReasonErased, ownerField, "customer %q was erased", admin.Clip(owner)).with("id", owner), false
	case !known:
		return refuse(*old, ReasonRelationNotFound, ownerField, "no customer has the id %q", admin.Clip(owner)).with("id",
			owner), false
	case status == Archived && is != Archived && (moved || was == Archived):
		return refuse(*old, ReasonCustomerArchived, ownerField, "customer %q is archived", admin.Clip(owner)).with("id",
			owner), false
	}
	return t.holds(old, after, k)
}

// closes refuses to archive, to erase or to remove a customer whose accounts stay behind.
func (t *Table[T]) closes(c *Change[T], old *T, k *Known[T]) (Outcome[T], bool) {
	var stay []string
	for _, account := range k.Accounts[*t.head(old).ID] {
		if c.Mode == ModeRemove || !slices.Contains(c.Accounts, account) {
			stay = append(stay, strconv.Quote(account))
		}
	}
	if len(stay) == 0 {
		return Outcome[T]{}, true
	}
	const most = 10
	names := strings.Join(stay[:min(most, len(stay))], ", ")
	if len(stay) > most {
		names += fmt.Sprintf(" and %d more", len(stay)-most)
	}
	state := " that are not archived"
	switch c.Mode {
	case ModeErase:
		state = " that are not erased"
	case ModeRemove:
		state = ""
	}
	id := *t.head(old).ID
	return refuse(*old, ReasonHasAccounts, "", "customer %q has accounts%s: %s", id, state, names).with("id", id).with(
		"accounts", names), false
}

// holds refuses an account an alias that another one has at the same time, and else notes who has it now.
func (t *Table[T]) holds(old, after *T, k *Known[T]) (Outcome[T], bool) {
	id, wants := *t.head(after).ID, t.aliases(after)
	if len(wants) > 0 {
		for _, h := range k.Aliases {
			if h.Account == id {
				continue
			}
			for _, a := range wants {
				if a.Overlaps(h.Alias) {
					return refuse(*old, ReasonAliasTaken, aliasesField, "account %q has the alias %q at the same time",
						h.Account, a.Value).with("id", h.Account).with("value", a.Value), false
				}
			}
		}
	}
	if len(wants) > 0 || len(t.aliases(old)) > 0 {
		k.release(id)
		for _, a := range wants {
			k.Aliases = append(k.Aliases, Holding{Account: id, Alias: a})
		}
	}
	return Outcome[T]{}, true
}

// release notes that an account has no aliases any more.
func (k *Known[T]) release(account string) {
	k.Aliases = slices.DeleteFunc(slices.Clone(k.Aliases), func(h Holding) bool { return h.Account == account })
}

func (t *Table[T]) aliases(r *T) []Alias {
	a, ok := any(r).(*Account)
	if !ok {
		return nil
	}
	return Held(*a)
}

// merge returns the record that a change makes of old, which is zero for a new one.
func (t *Table[T]) merge(old T, c *Change[T]) T {
	after := old
	h := t.head(&after)
	if *h.ID == "" {
		*h.ID, *h.Status = *t.head(&c.Record).ID, Active
	}
	for i := 1; i < len(t.fields); i++ { // the id is the record's for good
		if c.Given&(1<<i) != 0 {
			copyField(t.fields[i].of(&after), t.fields[i].of(&c.Record))
		}
	}
	if *h.Status == "" {
		*h.Status = Active
	}
	if c.KeepArchived && *t.head(&old).Status == Archived {
		*h.Status = Archived
	}
	if len(c.Keys) > 0 {
		before := t.fields[t.metadata].of(&after).(*map[string]string)
		given := *t.fields[t.metadata].of(&c.Record).(*map[string]string)
		*before = mergeMetadata(*before, given, c.Keys)
	}
	return after
}

// mergeMetadata returns the metadata before with the values of keys in given.
func mergeMetadata(before, given map[string]string, keys []string) map[string]string {
	out := maps.Clone(before)
	for _, key := range keys {
		if given[key] == "" {
			delete(out, key)
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[key] = given[key]
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// same reports whether two records have the same fields.
func (t *Table[T]) same(a, b *T) bool {
	for _, f := range t.fields {
		if !sameField(f.of(a), f.of(b)) {
			return false
		}
	}
	return true
}

// status is the field that archives and restores.
func (t *Table[T]) status() Mask { return 1 << t.index("status") }
