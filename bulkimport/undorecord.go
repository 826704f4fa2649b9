package bulkimport

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/internal/text"
)

// undo takes back a batch through the ports of one transaction.
type undo func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) ([]undone, error)

// undoneBy returns the undo of a batch of rows that wrote records of a kind.
func undoneBy[T customer.Record](
	kind *customer.Table[T], b *undoBatch, store func(Ports) apply[T],
) (undo, error) {
	changes := make([]customer.Change[T], len(b.effects))
	for n, e := range b.effects {
		c := &changes[n]
		c.Version, c.At, c.Mode = b.version(e), b.at, customer.ModeRemove
		if e.Before != "" {
			c.Mode, c.Restores = customer.ModeUpdate, b.data[n].Version
			var err error
			if c.Record, c.Given, err = restored(kind, b.data[n]); err != nil {
				return nil, fmt.Errorf("row %d: %w", e.Seq, err)
			}
		}
		*kind.Head(&c.Record).ID = e.Ref
	}
	return func(ctx context.Context, p Ports, org admin.OrgID, rec admin.Record) ([]undone, error) {
		used, err := inUse(ctx, p, org, kind, changes)
		if err != nil {
			return nil, err
		}
		out := make([]undone, len(changes))
		var some []customer.Change[T]
		var places []int
		for n := range changes {
			id := *kind.Head(&changes[n].Record).ID
			if why, ok := used[id]; ok && changes[n].Mode == customer.ModeRemove {
				out[n] = left(CodeInUse+"."+kind.Noun(), "id", quoted(id), "whyWord", text.Fit(why, maxDetail))
				continue
			}
			some, places = append(some, changes[n]), append(places, n)
		}
		if len(some) == 0 {
			return out, nil
		}
		made, err := store(p)(ctx, org, some, rec)
		if err == nil && len(made) != len(some) {
			err = fmt.Errorf("the store gave %d outcomes for %d changes", len(made), len(some))
		}
		if err != nil {
			return nil, err
		}
		for n := range made {
			out[places[n]] = undoneAs(kind, &some[n], &made[n])
		}
		return out, nil
	}, nil
}

// inUse returns what refers to the records that changes remove.
func inUse[T customer.Record](
	ctx context.Context, p Ports, org admin.OrgID, kind *customer.Table[T], changes []customer.Change[T],
) (map[string]string, error) {
	var ids []string
	for n := range changes {
		if changes[n].Mode == customer.ModeRemove {
			ids = append(ids, *kind.Head(&changes[n].Record).ID)
		}
	}
	if p.InUse == nil || len(ids) == 0 {
		return nil, nil
	}
	return p.InUse(ctx, org, kind.Noun(), ids)
}

// undoneAs returns what became of a change that undoes a row.
func undoneAs[T customer.Record](kind *customer.Table[T], c *customer.Change[T], o *customer.Outcome[T]) undone {
	switch o.Result {
	case customer.Removed:
		return undone{removed: true}
	case customer.Updated, customer.Unchanged:
		return undone{version: *kind.Head(&o.After).Version}
	}
	id, was, noun := quoted(*kind.Head(&c.Record).ID), kind.Head(&o.Before), kind.Noun()
	nothing := func(code string) undone {
		u := left(code, "id", id)
		u.skipped = true
		return u
	}
	switch {
	case o.Reason == customer.ReasonNotFound:
		return nothing(CodeNotFound + "." + noun + "_gone")
	case o.Reason == customer.ReasonErased && o.Field == "", *was.Status == customer.Erased:
		return nothing(CodeErased + "." + noun + "_since")
	case o.Reason == customer.ReasonConflict && *was.Status == customer.Archived:
		return left(CodeArchived+"."+noun+"_since", "id", id)
	case o.Reason == customer.ReasonConflict:
		return left(CodeChangedSince+"."+noun, "id", id, "version", *was.Version, "expected", c.Version)
	case o.Reason == customer.ReasonHasAccounts && o.Params["accounts"] != "":
		return left(CodeHasAccounts, "id", id, "accounts", o.Params["accounts"])
	case o.Reason == customer.ReasonHasAccounts:
		return undone{why: said{code: CodeHasAccounts, message: o.Detail}}
	}
	return undone{why: refusal(noun, o)}
}

// refusal is why a store refuses a change that undoes a row, as it would that of a row.
func refusal[T customer.Record](noun string, o *customer.Outcome[T]) said {
	as := outcomeOf(noun, o)
	if as.Detail == "" {
		return say(kindCell, CodeRefused)
	}
	if as.Code == "" {
		as.Code = CodeRefused
	}
	return said{code: as.Code, message: as.Detail, params: as.Params}
}

// restored returns the fields of a record as they were, and which these are.
func restored[T customer.Record](kind *customer.Table[T], d beforeData) (r T, given customer.Mask, err error) {
	var names []string
	for name, value := range d.Fields {
		f, ok := kind.Field(name)
		if !ok {
			return r, 0, fmt.Errorf("a %s has no field %q any more", kind.Noun(), admin.Clip(name))
		}
		text, err := json.Marshal(value)
		if err == nil {
			err = json.Unmarshal(text, f.Of(&r))
		}
		if err != nil {
			return r, 0, fmt.Errorf("field %s: %w", name, err)
		}
		names = append(names, name)
	}
	given, err = kind.Mask(names...)
	return r, given, err
}
