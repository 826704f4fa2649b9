package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// recordSQL is the statements of one kind of record of package customer. Its columns are the fields that
// the package describes.
type recordSQL[T customer.Record] struct {
	get            string
	list, count    list
	among          in
	insert, update bulk
	remove         inWrite
}

// newRecordSQL prepares the statements for a table. filters and walks are those of the list.
func newRecordSQL[T customer.Record](
	db *DB, kind *customer.Table[T], table string, filters []string, walks ...walk,
) recordSQL[T] {
	key := []string{"org_id", "id"}
	var set []string
	columns := "id"
	for _, f := range kind.Fields()[1:] {
		columns += ", " + f.Name
		set = append(set, f.Name+columnType(f.Of(new(T))))
	}
	set = append(set, "search", "created_at bigint", "updated_at bigint", "version bigint", "restored_version bigint")
	all := slices.Concat(key, set)
	read := `SELECT ` + columns + `, created_at, updated_at, version, restored_version FROM {` + table + `}{index}` +
		` WHERE org_id = ?`
	filters = append(filters, `search LIKE ? ESCAPE '!'`)
	return recordSQL[T]{
		get:    db.bind(read + ` AND id = ?`),
		list:   newList(db, read, filters, ` AND id > ? ORDER BY id LIMIT ?`, walks...),
		count:  newList(db, `SELECT COUNT(*) FROM {`+table+`}{index} WHERE org_id = ?`, filters, ``, walks...),
		among:  newIn(db, read+` AND id IN `, "{forUpdate}"),
		insert: newBulk(db, table, all, nil, nil),
		update: newBulk(db, table, all, key, set),
		remove: newInWrite(db, `DELETE FROM {`+table+`} WHERE org_id = ? AND id IN `),
	}
}

// byContained is the value of the filter by a text that the column search contains.
func byContained(text string) []any {
	if text == "" {
		return nil
	}
	return []any{"%" + likeEscapes.Replace(customer.Fold(text)) + "%"}
}

// recordAccess reads and writes records of one kind.
type recordAccess[T customer.Record] struct {
	access
	kind *customer.Table[T]
	sql  *recordSQL[T]
}

func (s recordAccess[T]) scan(scan func(...any) error, r *T) error {
	fields, h := s.kind.Fields(), s.kind.Head(r)
	into := make([]any, 0, len(fields)+4)
	into = append(into, h.ID)
	for _, f := range fields[1:] {
		into = append(into, scanColumn(f.Of(r)))
	}
	return scan(append(into, scanAt(h.CreatedAt), scanAt(h.UpdatedAt), h.Version, h.Restored)...)
}

func (s recordAccess[T]) values(org admin.OrgID, r *T) ([]any, error) {
	fields, h := s.kind.Fields(), s.kind.Head(r)
	out := make([]any, 0, len(fields)+6)
	out = append(out, string(org), *h.ID)
	for _, f := range fields[1:] {
		v, err := columnValue(f.Of(r))
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return append(out, s.kind.Search(r), at(*h.CreatedAt), at(*h.UpdatedAt), *h.Version,
		*h.Restored), nil
}

func (s recordAccess[T]) Get(ctx context.Context, org admin.OrgID, recordID string) (T, error) {
	return one(ctx, s.reader(), s.kind.Noun(), s.sql.get, s.scan, org, recordID)
}

func (s recordAccess[T]) page(
	ctx context.Context, org admin.OrgID, filters [][]any, seek admin.Seek[string],
) ([]T, error) {
	query, args := s.sql.list.page([]any{org}, filters, seek.After, seek.Limit)
	return rows(ctx, s.reader(), s.kind.Noun(), query, s.scan, args...)
}

func (s recordAccess[T]) total(ctx context.Context, org admin.OrgID, filters [][]any) (int64, error) {
	query, args := s.sql.count.page([]any{org}, filters)
	found, err := rows(ctx, s.reader(), s.kind.Noun(), query,
		func(scan func(...any) error, n *int64) error { return scan(n) }, args...)
	if err != nil || len(found) == 0 {
		return 0, err
	}
	return found[0], nil
}

// existing locks and returns the records that changes are about, by id.
func (s recordAccess[T]) existing(
	ctx context.Context, t *tx, org admin.OrgID, changes []customer.Change[T],
) (map[string]T, error) {
	ids := customer.IDs(s.kind, changes)
	slices.Sort(ids) // so that two that lock several do so in one order
	fresh, err := s.fresh(ctx, t, org, ids)
	if err != nil {
		return nil, err
	}
	if fresh {
		ids = ids[:1]
	}
	found, err := lookUp(ctx, t, s.kind.Noun(), s.sql.among, s.scan, ids, org)
	if err != nil {
		return nil, err
	}
	out := make(map[string]T, len(found))
	for i := range found {
		out[*s.kind.Head(&found[i]).ID] = found[i]
	}
	return out, nil
}

// fresh reports whether there is no record from the second of many ids to the last: a file mostly has new keys in an
// order, and one probe then takes the place of a look-up for each.
func (s recordAccess[T]) fresh(ctx context.Context, t *tx, org admin.OrgID, ids []string) (bool, error) {
	const many = 64
	if len(ids) < many || t.host { // whose isolation may hide the latest from what does not lock
		return false, nil
	}
	query, args := s.sql.list.page([]any{org}, make([][]any, s.sql.list.filters), ids[0], 1)
	next, err := rows(ctx, t, s.kind.Noun(), query, s.scan, args...)
	return err == nil && (len(next) == 0 || *s.kind.Head(&next[0]).ID > ids[len(ids)-1]), err
}

// save writes what was decided, in the order of the ids: two that write several do so in one order, and do not wait for
// each other. Records that the database refuses get their outcome, and the others are written. It returns the places of
// those whose id another transaction has taken since it was looked up.
func (s recordAccess[T]) save(
	ctx context.Context, t *tx, org admin.OrgID, outcomes []customer.Outcome[T],
) (taken []int, err error) {
	var inserts, updates []int
	for i := range outcomes {
		switch outcomes[i].Result {
		case customer.Created:
			inserts = append(inserts, i)
		case customer.Updated:
			updates = append(updates, i)
		}
	}
	refuse := func(i int, err error) {
		if errors.Is(err, admin.ErrExists) {
			taken = append(taken, i)
		}
		o := &outcomes[i]
		*o = s.refused(*o, err)
	}
	if err := s.write(ctx, t, org, s.sql.insert, outcomes, inserts, refuse); err != nil {
		return nil, err
	}
	if err := s.write(ctx, t, org, s.sql.update, outcomes, updates, refuse); err != nil {
		return nil, err
	}
	return taken, s.removeAll(ctx, t, org, outcomes)
}

// refused is the outcome of a record that the database refused with err.
func (s recordAccess[T]) refused(o customer.Outcome[T], err error) customer.Outcome[T] {
	reason, detail := customer.ReasonStorage, "the database refuses a value of the record"
	if errors.Is(err, admin.ErrExists) { // since we looked
		reason, detail = customer.ReasonExists, s.kind.Noun()+" exists already"
	}
	return customer.Outcome[T]{Result: customer.Refused, Reason: reason, Detail: detail, Before: o.Before, After: o.Before}
}

// write inserts the outcomes at places, in the order of their ids.
func (s recordAccess[T]) write(
	ctx context.Context, t *tx, org admin.OrgID, b bulk, outcomes []customer.Outcome[T], places []int,
	refuse func(i int, err error),
) error {
	id := func(i int) string { return *s.kind.Head(&outcomes[i].After).ID }
	slices.SortFunc(places, func(a, b int) int { return strings.Compare(id(a), id(b)) })
	rows := make([][]any, len(places))
	for k, i := range places {
		var err error
		if rows[k], err = s.values(org, &outcomes[i].After); err != nil {
			return err
		}
	}
	return bisect(ctx, t, s.kind.Noun(), b, rows, func(k int, err error) { refuse(places[k], err) }, 0)
}

// retaken is how often changes are decided again whose ids were taken since they were looked up.
const retaken = 3

// settled has apply make changes, and those again whose ids another transaction has taken since they were looked up:
// they are of a record that exists then.
func settled[T customer.Record](
	changes []customer.Change[T], apply func([]customer.Change[T]) ([]customer.Outcome[T], []int, error),
) ([]customer.Outcome[T], error) {
	outcomes, taken, err := apply(changes)
	places := taken
	for n := 0; err == nil && len(taken) > 0 && n < retaken; n++ {
		some := make([]customer.Change[T], len(places))
		for k, i := range places {
			some[k] = changes[i]
		}
		var made []customer.Outcome[T]
		if made, taken, err = apply(some); err != nil {
			break
		}
		for k, i := range places {
			outcomes[i] = made[k]
		}
		for k, i := range taken {
			taken[k] = places[i]
		}
		places = taken
	}
	return outcomes, err
}

// removeAll removes what was decided. Records that rows of the host's own tables refer to get their outcome, and the
// others are removed.
func (s recordAccess[T]) removeAll(ctx context.Context, t *tx, org admin.OrgID, outcomes []customer.Outcome[T]) error {
	ids := s.kind.Removed(outcomes)
	if len(ids) == 0 {
		return nil
	}
	slices.Sort(ids)
	kept := map[string]bool{}
	remove := func(some []string) error {
		_, err := s.sql.remove.run(ctx, t, s.kind.Noun(), some, org)
		if errors.Is(err, admin.ErrNotFound) { // a foreign key of a row that refers to it
			return fmt.Errorf("%s: the database has what refers to it: %w", s.kind.Noun(), admin.ErrInvalid)
		}
		return err
	}
	if err := bisected(ctx, t, ids, remove, func(i int, _ error) { kept[ids[i]] = true }, 0); err != nil {
		return err
	}
	for i := range outcomes {
		if o := &outcomes[i]; o.Result == customer.Removed && kept[*s.kind.Head(&o.Before).ID] {
			*o = customer.Outcome[T]{Result: customer.Refused, Reason: customer.ReasonStorage,
				Detail: "the database has what refers to the " + s.kind.Noun(), Before: o.Before, After: o.Before}
		}
	}
	return nil
}

// changed reports whether anything was written, so that there is something to put on record.
func changed[T customer.Record](outcomes []customer.Outcome[T]) bool {
	return slices.ContainsFunc(outcomes, func(o customer.Outcome[T]) bool {
		return o.Result == customer.Created || o.Result == customer.Updated || o.Result == customer.Removed
	})
}

// bisect inserts rows together if that is possible, and otherwise narrows down to those that a
// constraint refuses. first is the index of rows[0].
func bisect(
	ctx context.Context, t *tx, noun string, b bulk, rows [][]any, refuse func(i int, err error), first int,
) error {
	insert := func(some [][]any) error {
		return b.insert(ctx, t, noun, len(some), func(i int) []any { return some[i] })
	}
	return bisected(ctx, t, rows, insert, refuse, first)
}

// bisected writes items together if that is possible, as bisect does.
func bisected[T any](
	ctx context.Context, t *tx, items []T, write func([]T) error, refuse func(i int, err error), first int,
) error {
	if len(items) == 0 {
		return nil
	}
	if t.hoping {
		return write(items)
	}
	err := t.nested(ctx, func() error { return write(items) })
	switch {
	case err == nil || t.broken != nil:
		return err
	case !errors.Is(err, admin.ErrInvalid) && !errors.Is(err, admin.ErrExists):
		return err // there is no such organization, for example
	case len(items) == 1:
		refuse(first, err)
		return nil
	}
	half := len(items) / 2
	if err := bisected(ctx, t, items[:half], write, refuse, first); err != nil {
		return err
	}
	return bisected(ctx, t, items[half:], write, refuse, first+half)
}
