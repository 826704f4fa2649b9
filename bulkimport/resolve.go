package bulkimport

import (
	"context"
	"maps"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// resolve finds the records that changes are about or point at by another field than the id, with one look-up for each
// such field, and puts their ids in. It returns the outcome of each change that it refuses, and the zero Outcome for
// the others.
func resolve[T customer.Record](
	ctx context.Context, p Ports, org admin.OrgID, kind *customer.Table[T], b Batch, changes []customer.Change[T],
) ([]Outcome, error) {
	refused := make([]Outcome, len(changes))
	for _, field := range slices.Sorted(maps.Keys(b.By)) {
		f, ok := kind.Field(field)
		if !ok {
			continue
		}
		ids, err := find(ctx, p, org, customer.FindBy(b.By[field]), b.Rows, field)
		if err != nil {
			return nil, err
		}
		for i := range changes {
			value, filled := b.Rows[i].Value(field)
			if !filled || value == "" {
				continue
			}
			o := ids.one(field, value)
			if o.Result != "" {
				refused[i] = o
			} else if err := f.SetText(&changes[i].Record, ids[value][0]); err != nil {
				return nil, err
			}
		}
	}
	if b.Match == "" || b.Match == kind.Fields()[0].Name {
		return refused, nil
	}
	ids, err := find(ctx, p, org, customer.FindBy(b.Match), b.Rows, b.Match)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i := range changes {
		if refused[i].Result != "" {
			continue
		}
		value, _ := b.Rows[i].Value(b.Match)
		id := kind.Head(&changes[i].Record).ID
		changes[i].Mode, refused[i] = matched(b, ids, value, id)
		if refused[i].Result == "" && seen[*id] {
			refused[i] = otherKey(b, *id)
		}
		seen[*id] = true
	}
	return refused, nil
}

// matched puts in the id of the record that a row is about, and returns what its change does.
func matched(b Batch, ids found, value string, id *string) (customer.Mode, Outcome) {
	switch had := ids[value]; {
	case len(had) > 1:
		return "", ids.one(b.Match, value)
	case len(had) == 1 && *id != "" && *id != had[0]:
		return "", Outcome{Result: Refused, Field: b.Match}.say(CodeMatchConflict, "value", quoted(value), "id",
			quoted(had[0]), "other", quoted(*id))
	case len(had) == 1:
		*id = had[0]
		if b.Mode == Skip {
			return customer.ModeSkip, Outcome{}
		}
		return customer.ModeUpdate, Outcome{}
	case b.Mode == Update || *id == "":
		return "", Outcome{Result: NotFound, Field: b.Match}
	}
	return customer.ModeCreate, Outcome{} // a record with the id is another one
}

// otherKey is the outcome of a row that was to create a record whose id another one has.
func otherKey(b Batch, id string) Outcome {
	return Outcome{Result: Refused, Field: b.Match}.say(CodeMatchConflict+".taken", "id", quoted(id), "field", b.Match)
}

// found are the ids of records by a value that they have.
type found map[string][]string

// find looks up the records that have one of the values of the rows' field.
func find(
	ctx context.Context, p Ports, org admin.OrgID, by customer.FindBy, rows []Row, field string,
) (found, error) {
	values := map[string]bool{}
	for _, r := range rows {
		if v, ok := r.Value(field); ok && v != "" {
			values[v] = true
		}
	}
	all, err := p.Customers.Find(ctx, org, by, slices.Sorted(maps.Keys(values)))
	if err != nil {
		return nil, err
	}
	out := found{}
	for _, f := range all {
		out[f.Value] = append(out[f.Value], f.ID)
	}
	return out, nil
}

// one is the outcome of a row whose value is not that of one record, or the zero Outcome.
func (f found) one(field, value string) Outcome {
	switch len(f[value]) {
	case 0:
		return Outcome{Result: RelationNotFound, Field: field}.say(CodeRelationNotFound+".customer", "value", quoted(value))
	case 1:
		return Outcome{}
	}
	return Outcome{Result: Ambiguous, Field: field}.say(CodeAmbiguous+".customers", "count", len(f[value]), "value",
		quoted(value), "first", quoted(f[value][0]), "second", quoted(f[value][1]))
}
