package bulkimport

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// beforeData is the stored form of the fields of a record that a row is about to change, by their names in
// files.
type beforeData struct {
	Format int            `json:"v"`
	Fields map[string]any `json:"fields"`
	// Version is that of the record before, or the one that an undo had restored it to, and At its UpdatedAt in
	// microseconds.
	Version int64 `json:"version,omitempty"`
	At      int64 `json:"at,omitempty"`
	// After are the fields that the row has changed, as they then were.
	After map[string]any `json:"after,omitempty"`
	// Target is what is kept of a row that a target of the host's wrote.
	Target *targetKept `json:"target,omitempty"`
	// Customer is what the row did to the customer of its account, and Made what became of the account then.
	Customer *ownerKept `json:"customer,omitempty"`
	Made     Result     `json:"made,omitempty"`
}

// ownerKept is what is kept of a customer that a row has made or changed together with an account.
type ownerKept struct {
	ID      string      `json:"id"`
	Version int64       `json:"version"` // after the row
	Before  *beforeData `json:"before,omitempty"`
}

// readBefore reads what before wrote; the zero value for an empty text.
func readBefore(stored string) (d beforeData, err error) {
	if stored == "" {
		return d, nil
	}
	if err := json.Unmarshal([]byte(stored), &d); err != nil {
		return beforeData{}, fmt.Errorf("what was there before: %w", err)
	}
	if d.Format != beforeFormat {
		return beforeData{}, fmt.Errorf("what was there before is stored in format %d and not %d: a newer version wrote it",
			d.Format, beforeFormat)
	}
	return d, nil
}

// beforeFormat is the format that is written. A later one must still read this one.
const beforeFormat = 1

// effects returns what the rows of a batch created and updated.
func effects[T customer.Record](
	kind *customer.Table[T], rows []Row, changes []customer.Change[T], made []customer.Outcome[T],
) ([]job.Effect, error) {
	var out []job.Effect
	for i := range made {
		o := &made[i]
		if o.Result != customer.Created && o.Result != customer.Updated {
			continue
		}
		head := kind.Head(&o.After)
		e := job.Effect{Seq: rows[i].Number, Kind: kind.Noun(), Ref: *head.ID, Version: *head.Version}
		if o.Result == customer.Updated {
			var err error
			if e.Before, err = before(kind, changes[i].Given, &o.Before, &o.After); err != nil {
				return nil, fmt.Errorf("%v: %w", rows[i], err)
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// textsIn returns the texts of the fields that before wrote.
func textsIn(stored string) (out []string, err error) {
	d := beforeData{}
	if err := json.Unmarshal([]byte(stored), &d); err != nil {
		return nil, err
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, item := range v {
				walk(item)
			}
		case map[string]any:
			for _, item := range v {
				walk(item)
			}
		}
	}
	walk(d.Fields)
	walk(d.After)
	if d.Customer != nil {
		walk(d.Customer.ID)
		if was := d.Customer.Before; was != nil {
			walk(was.Fields)
			walk(was.After)
		}
	}
	if d.Target != nil {
		out = append(out, d.Target.Key, d.Target.Before)
	}
	return out, nil
}

// before is beforeOf as it is stored.
func before[T customer.Record](kind *customer.Table[T], given customer.Mask, r, after *T) (string, error) {
	return beforeOf(kind, given, r, after).stored()
}

// stored returns the stored form.
func (d beforeData) stored() (string, error) {
	text, err := json.Marshal(d)
	return string(text), err
}

// beforeOf returns the given fields of a record as they were, and all of its metadata, and those that differ as they are.
func beforeOf[T customer.Record](kind *customer.Table[T], given customer.Mask, r, after *T) beforeData {
	h := kind.Head(r)
	d := beforeData{
		Format: beforeFormat, Fields: map[string]any{}, Version: *h.Version, At: h.UpdatedAt.UnixMicro(),
	}
	if *h.Restored != 0 {
		d.Version = *h.Restored
	}
	for i, f := range kind.Fields() {
		if given&(1<<i) != 0 || f.Name == "metadata" {
			d.Fields[f.Name] = f.Of(r)
			if !sameValue(f.Of(r), f.Of(after)) {
				if d.After == nil {
					d.After = map[string]any{}
				}
				d.After[f.Name] = f.Of(after)
			}
		}
	}
	return d
}

// sameValue reports whether two places of a field have the same value. Most are texts, and this runs for each cell.
func sameValue(a, b any) bool {
	if x, ok := a.(*string); ok {
		y, ok := b.(*string)
		return ok && *x == *y
	}
	return reflect.DeepEqual(a, b)
}
