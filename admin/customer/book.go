package customer

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

// recordStore is what [Store] and [AccountStore] have in common.
type recordStore[T Record] interface {
	Apply(ctx context.Context, org admin.OrgID, changes []Change[T], rec admin.Record) ([]Outcome[T], error)
	Get(ctx context.Context, org admin.OrgID, id string) (T, error)
}

// book changes single records of one kind by hand. The caller has checked the permission.
type book[T Record] struct {
	*Table[T]
	runtime admin.Runtime
	scope   admin.Scope
	store   recordStore[T]
	// currencies refuses currencies of accounts; nil refuses none.
	currencies iso4217.Uses
}

func (b book[T]) create(ctx context.Context, action admin.Action, r T) (T, error) {
	var zero T
	r = b.Clone(r)
	h := b.head(&r)
	if *h.Status == "" {
		*h.Status = Active
	}
	normalize(&r)
	var p admin.Problems
	b.check(&p, &r, b.All())
	if *h.Version != 0 || !h.CreatedAt.IsZero() || !h.UpdatedAt.IsZero() {
		p.Add("/version", admin.CodeFormat, "a new %s has no version and no times yet: leave them out", b.noun)
	}
	if err := b.checkCurrency(ctx, &p, &zero, &r); err != nil {
		return zero, err
	}
	if err := p.Err(); err != nil {
		return zero, err
	}
	return b.apply(ctx, action, Change[T]{Mode: ModeCreate, Record: r, Given: b.All()}, zero)
}

func (b book[T]) edit(ctx context.Context, action admin.Action, id string, version int64, edit any) (T, error) {
	var zero, want T
	*b.head(&want).ID = id
	var given Mask
	for i, f := range b.fields {
		if f.edit != nil && f.edit(edit, &want) {
			given |= 1 << i
		}
	}
	want = b.Clone(want)
	normalize(&want)
	var p admin.Problems
	b.check(&p, &want, given)
	if err := p.Err(); err != nil {
		return zero, err
	}
	old, err := b.at(ctx, id, version)
	if err != nil {
		return zero, err
	}
	if *b.head(&old).Status == Archived {
		return zero, fmt.Errorf("%s %q is archived: %w", b.noun, admin.Clip(id), ErrArchived)
	}
	c := Change[T]{Mode: ModeUpdate, Record: want, Given: given, Version: version}
	after := b.merge(old, &c)
	if err := b.checkCurrency(ctx, &p, &old, &after); err != nil {
		return zero, err
	}
	if err := p.Err(); err != nil {
		return zero, err
	}
	return b.apply(ctx, action, c, old)
}

// checkCurrency adds a problem if a record gets a currency in which the organization starts nothing new. One that is
// none is a problem already.
func (b book[T]) checkCurrency(ctx context.Context, p *admin.Problems, old, after *T) error {
	code := invoiceCurrency(after)
	if unit, ok := iso4217.Lookup(code); !ok || !unit.HoldsMoney() || code == invoiceCurrency(old) {
		return nil
	}
	refused, err := b.currencies.Refused(ctx, b.scope.Org(), code)
	if err == nil {
		refused.Check(p, b.path(currencyField), code)
	}
	return err
}

func (b book[T]) setStatus(
	ctx context.Context, action admin.Action, id string, version int64, to Status, accounts []string,
) (T, error) {
	var zero, want T
	old, err := b.at(ctx, id, version)
	if err != nil {
		return zero, err
	}
	if to == Active && *b.head(&old).Status != Archived {
		return old, nil // a draft stays one
	}
	h := b.head(&want)
	*h.ID, *h.Status = id, to
	return b.apply(ctx, action, Change[T]{
		Mode: ModeUpdate, Record: want, Given: b.status(), Version: version, Accounts: accounts,
	}, old)
}

// at reads a record in the version that the caller saw.
func (b book[T]) at(ctx context.Context, id string, version int64) (T, error) {
	var zero T
	r, err := b.store.Get(ctx, b.scope.Org(), id)
	if err != nil {
		return zero, err
	}
	if *b.head(&r).Version != version {
		return zero, admin.Conflict(b.noun)
	}
	if *b.head(&r).Status == Erased {
		return zero, fmt.Errorf("%s %q: %w", b.noun, admin.Clip(id), ErrErased)
	}
	return r, nil
}

// apply makes one change of old, which is zero for a new record, and puts it on record. One that changes
// nothing is not made.
func (b book[T]) apply(ctx context.Context, action admin.Action, c Change[T], old T) (T, error) {
	var zero T
	c.At = b.runtime.Instant()
	after := b.merge(old, &c)
	if c.Mode == ModeUpdate && b.same(&after, &old) {
		return old, nil
	}
	subject := admin.Subject{Kind: b.noun, ID: *b.head(&after).ID}
	rec := b.runtime.Record(b.scope, action, subject, b.changes(&old, &after, c.Accounts)...)
	out, err := b.store.Apply(ctx, b.scope.Org(), []Change[T]{c}, rec)
	if err != nil {
		return zero, err
	}
	if len(out) != 1 {
		return zero, fmt.Errorf("the store gave %d outcomes for one change of a %s", len(out), b.noun)
	}
	if out[0].Result == Refused {
		return zero, refusal(b.Table, out[0])
	}
	return out[0].After, nil
}

// changes lists the fields that differ, for the audit trail.
func (b book[T]) changes(old, after *T, accounts []string) []admin.Change {
	var out []admin.Change
	for _, f := range b.fields[1:] {
		from, to := f.of(old), f.of(after)
		if m, ok := from.(*map[string]string); ok {
			out = append(out, metadataChanges(f.Path[1:], *m, *to.(*map[string]string))...)
			continue
		}
		if !sameField(from, to) {
			out = append(out, admin.Change{Field: f.Path[1:], From: valueText(from), To: valueText(to), Personal: f.Personal})
		}
	}
	for _, id := range accounts {
		out = append(out, admin.Change{Field: "account", From: id})
	}
	return out
}

// metadataChanges lists the names whose values differ, with the sizes of the values: what a host keeps there may be
// secret.
func metadataChanges(path string, old, after map[string]string) []admin.Change {
	names := maps.Clone(old)
	if names == nil {
		names = map[string]string{}
	}
	maps.Copy(names, after)
	size := func(m map[string]string, name string) string {
		v, ok := m[name]
		if !ok {
			return ""
		}
		return text.Size(v)
	}
	var out []admin.Change
	for _, name := range slices.Sorted(maps.Keys(names)) {
		before, had := old[name]
		if now, has := after[name]; had != has || before != now {
			field := path + "/" + text.PointerToken(name)
			out = append(out, admin.Change{Field: field, From: size(old, name), To: size(after, name)})
		}
	}
	return out
}

// valueText writes the value at a pointer that Field.Of returned; no value is empty.
func valueText(value any) string {
	switch v := value.(type) {
	case *string:
		return *v
	case *iso4217.Code:
		return string(*v)
	case *Status:
		return string(*v)
	case **int:
		if *v == nil {
			return ""
		}
		return strconv.Itoa(**v)
	}
	b, err := json.Marshal(value)
	if s := string(b); err == nil && s != "null" && s != "{}" {
		return s
	}
	return ""
}

// normalize writes what may be written in several ways in one.
func normalize[T Record](r *T) {
	switch r := any(r).(type) {
	case *Customer:
		if len(r.Metadata) == 0 {
			r.Metadata = nil
		}
	case *Account:
		if len(r.Metadata) == 0 {
			r.Metadata = nil
		}
		r.Tags = emptied(r.Tags)
		for i, tag := range r.Tags {
			r.Tags[i] = strings.ToLower(tag)
		}
		r.Aliases = emptied(r.Aliases)
		for i, a := range r.Aliases {
			a.EffectiveFrom, a.EffectiveUntil = admin.Instant(a.EffectiveFrom), admin.Instant(a.EffectiveUntil)
			r.Aliases[i] = a
		}
		b := &r.BillingInformation
		b.EmailRecipients = emptied(b.EmailRecipients)
		b.AdditionalEmailRecipients = emptied(b.AdditionalEmailRecipients)
	}
}

// emptied returns nil for an empty list, as stores give it back.
func emptied[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}
