package bulkimport

import (
	"cmp"
	"context"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// ownersBefore is what the rows of a file state of customers. A check takes back each batch, so that it has to know
// what the batches before would have made. It takes 24 bytes for each row, and a bit for each that has failed.
type ownersBefore struct {
	seed maphash.Seed
	rows []ownerRow // in order of the customer and the row

	check  uuid.UUID // the job by whose entries out is
	at     int64     // the last row that out has
	out    []uint64  // a bit for each row that has failed or was left out
	fields []string  // of customers, by the bits of ownerRow.stated
}

// ownerRow is a row that names a customer.
type ownerRow struct {
	id     uint64 // hash
	stated uint64 // which fields it states
	row    int32
}

// lastOwners keeps what was read last, so that the batches of a check read the file once.
type lastOwners struct {
	mu     sync.Mutex
	key    soonKey
	before *ownersBefore
}

// ownersSoon returns what makes, in a transaction that is rolled back, of the customers of a batch what the batches
// before would have made. It is nil if the rows of the type state none, or there are no batches before.
func (s *Service) ownersSoon(
	ctx context.Context, scope admin.Scope, i Import, t Type, b Batch, check job.Job,
) (func(context.Context, Ports) error, error) {
	o, ok := ownersIn(t, newPlan(t.Schema, i, s.limits))
	if !ok || check.Cursor == "" || len(b.Rows) == 0 || s.ports.Atomically == nil {
		return nil, nil
	}
	at, err := parseCursor(check.Cursor)
	if err != nil {
		return nil, job.Fail(err)
	}
	_, statements, err := s.split(b)
	if err != nil {
		return nil, err
	}
	s.owners.mu.Lock()
	defer s.owners.mu.Unlock()
	before, err := s.ownersBefore(ctx, scope.Org(), i, o, check.ID, at.row)
	if err != nil {
		return nil, err
	}
	mode := customer.ModeSkip
	if b.Mode == Upsert || b.Mode == Update {
		mode = changeMode(b.Mode)
	}
	var changes []statement
	places := map[string]int{}
	for _, c := range statements {
		named, stated := before.of(c.Record.ID, at.row)
		if !named {
			continue
		}
		s.keepStated(&c, before.fields, stated)
		if k, had := places[c.Record.ID]; had {
			s.join(&changes[k], &c)
			continue
		}
		c.Mode = mode
		places[c.Record.ID] = len(changes)
		changes = append(changes, c)
	}
	if len(changes) == 0 {
		return nil, nil
	}
	rec := s.record(scope, ActionWrite, i)
	return func(ctx context.Context, p Ports) error {
		_, err := p.Customers.Apply(ctx, scope.Org(), slices.Clone(changes), rec)
		return err
	}, nil
}

// ownersBefore returns what the rows of a file state, with which of those up to a row have failed. The caller has the
// lock.
func (s *Service) ownersBefore(
	ctx context.Context, org admin.OrgID, i Import, o ownerColumns, check uuid.UUID, at int64,
) (*ownersBefore, error) {
	key := soonKey{org: org, id: i.ID, version: i.Version}
	n := s.owners.before
	if s.owners.key != key || n == nil {
		n = &ownersBefore{seed: maphash.MakeSeed()}
		if err := s.ownerRows(ctx, org, i, o, n); err != nil {
			return nil, err
		}
		s.owners.key, s.owners.before = key, n
	}
	if n.check != check || n.at > at {
		n.check, n.at, n.out = check, 0, make([]uint64, i.Rows/64+1)
	}
	for n.at < at {
		entries, err := s.ports.Jobs.Entries(ctx, org, check, job.EntryFilter{}, admin.Seek[int64]{Limit: s.batch, After: n.at})
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if e.Seq <= at && e.Seq <= i.Rows {
				n.out[e.Seq/64] |= 1 << (e.Seq % 64)
			}
		}
		if len(entries) < s.batch || entries[len(entries)-1].Seq >= at {
			break
		}
		n.at = entries[len(entries)-1].Seq
	}
	n.at = at
	return n, nil
}

// ownerRows reads the whole file.
func (s *Service) ownerRows(ctx context.Context, org admin.OrgID, i Import, o ownerColumns, n *ownersBefore) error {
	for _, f := range o.of {
		n.fields = append(n.fields, o.plan.names[f])
	}
	data := i.content(ctx, s.ports, org, i.Content.Offset)
	err := s.records(i, data, o.plan, func(rec record, number int64) error {
		id, ok := o.plan.keyOf(o.id, rec)
		if !ok {
			return nil
		}
		one := ownerRow{id: maphash.String(n.seed, id), row: int32(number)}
		for k, f := range o.of {
			if _, ok := o.plan.keyOf(f, rec); ok {
				one.stated |= 1 << min(k, 63)
			}
		}
		n.rows = append(n.rows, one)
		return nil
	})
	slices.SortFunc(n.rows, func(a, b ownerRow) int { return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(a.row, b.row)) })
	return err
}

// of reports whether a row up to a number that has not failed names a customer, and which fields such rows state.
func (n *ownersBefore) of(id string, at int64) (named bool, stated uint64) {
	sum := maphash.String(n.seed, id)
	k, _ := slices.BinarySearchFunc(n.rows, sum, func(r ownerRow, sum uint64) int { return cmp.Compare(r.id, sum) })
	for ; k < len(n.rows) && n.rows[k].id == sum && int64(n.rows[k].row) <= at; k++ {
		if row := n.rows[k].row; n.out[row/64]&(1<<(row%64)) == 0 {
			named, stated = true, stated|n.rows[k].stated
		}
	}
	return named, stated
}

// keepStated leaves of a statement the fields that rows before have stated too: with the same values, because rows that
// state others have failed.
func (s *Service) keepStated(c *statement, fields []string, stated uint64) {
	given, keys := c.Given, c.Keys
	c.Given, c.Keys = 0, nil
	for k, name := range fields {
		if stated&(1<<min(k, 63)) == 0 {
			continue
		}
		_, own := recordField(name)
		if mask, err := s.customers.Mask(own); err == nil {
			c.Given |= given & mask
		} else if slices.Contains(keys, own) {
			c.Keys = append(c.Keys, own)
		}
	}
}

// join adds what another row states of the same customer.
func (s *Service) join(to, c *statement) {
	for k, f := range s.customers.Fields() {
		if k > 0 && c.Given&^to.Given&(1<<k) != 0 {
			if err := f.SetText(&to.Record, f.Text(&c.Record)); err == nil {
				to.Given |= 1 << k
			}
		}
	}
	for _, key := range c.Keys {
		if !slices.Contains(to.Keys, key) {
			to.Keys = append(slices.Clip(to.Keys), key)
			s.customers.SetMetadata(&to.Record, key, c.Record.Metadata[key])
		}
	}
}
