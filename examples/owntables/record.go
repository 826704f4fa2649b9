package main

import (
	"context"
	"database/sql"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// records is what customers and accounts have in common.
type records[T customer.Record] struct {
	tables
	table[T]
	kind *customer.Table[T]
}

// Get implements customer.Store and customer.AccountStore.
func (r records[T]) Get(ctx context.Context, org admin.OrgID, id string) (T, error) {
	return r.one(ctx, r.reader(), r.kind.Noun(), of(org).and("id = ?", id), "")
}

func (r records[T]) page(ctx context.Context, w where, seek admin.Seek[string]) ([]T, error) {
	return r.read(ctx, r.reader(), w.given("id > ?", seek.After), "ORDER BY id LIMIT ?", seek.Limit)
}

func (r records[T]) count(ctx context.Context, w where) (int64, error) {
	n, err := read(ctx, r.reader(), single[int64], "SELECT COUNT(*) FROM "+r.name+" WHERE "+w.text, w.args...)
	if err != nil {
		return 0, err
	}
	return n[0], nil
}

// known returns the records that changes are about, by id. SQLite has one writing transaction at a time;
// on another database, lock the rows: SELECT … FOR UPDATE.
func (r records[T]) known(
	ctx context.Context, tx *sql.Tx, org admin.OrgID, changes []customer.Change[T],
) (map[string]T, error) {
	found, err := r.read(ctx, tx, of(org).among("id", customer.IDs(r.kind, changes)), "")
	out := make(map[string]T, len(found))
	for _, f := range found {
		out[*r.kind.Head(&f).ID] = f
	}
	return out, err
}

// save writes what was decided.
func (r records[T]) save(
	ctx context.Context, tx *sql.Tx, org admin.OrgID, outcomes []customer.Outcome[T],
) error {
	var rows [][]any
	for i := range outcomes {
		if o := &outcomes[i]; written(*o) && o.Result != customer.Removed {
			row := slices.Concat([]any{org}, r.values(&o.After), []any{r.kind.Search(&o.After)})
			rows = append(rows, row)
		}
	}
	if err := r.put(ctx, tx, rows, "search"); err != nil {
		return err
	}
	return r.remove(ctx, tx, of(org).among("id", r.kind.Removed(outcomes)))
}

// written reports whether a change was made.
func written[T customer.Record](o customer.Outcome[T]) bool {
	return o.Result == customer.Created || o.Result == customer.Updated || o.Result == customer.Removed
}
