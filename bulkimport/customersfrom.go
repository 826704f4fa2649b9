package bulkimport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// customerField is the field of an account that points at its customer.
const customerField = "customer_id"

// checkCustomersFrom finds what is wrong with Settings.CustomersFrom.
func (s *Service) checkCustomersFrom(ctx context.Context, scope admin.Scope, i Import, set Settings) error {
	if set.CustomersFrom == uuid.Nil {
		return nil
	}
	var p admin.Problems
	other, _, err := s.open(ctx, scope, set.CustomersFrom, read)
	switch {
	case errors.Is(err, admin.ErrNotFound):
		unfit(&p, "/settings/customersFrom", admin.CodeUnknown+".customers_from", "value", set.CustomersFrom)
	case err != nil:
		return err
	case i.Type != AccountsType || other.Type != CustomersType:
		unfit(&p, "/settings/customersFrom", admin.CodeFormat+".customers_from", "type", i.Type, "other", other.Type)
	}
	return p.Err()
}

// customersImport returns the import that customers of i are in, as long as they are not imported; else none.
func (s *Service) customersImport(
	ctx context.Context, org admin.OrgID, i Import,
) (other Import, waits bool, err error) {
	if i.Settings.CustomersFrom == uuid.Nil {
		return Import{}, false, nil
	}
	other, err = s.ports.Imports.Get(ctx, org, i.Settings.CustomersFrom)
	if errors.Is(err, admin.ErrNotFound) {
		return Import{}, false, nil // it was deleted: what it imported is there
	} else if err != nil {
		return Import{}, false, err
	}
	j, err := s.ports.Jobs.Get(ctx, org, other.ID)
	switch {
	case errors.Is(err, admin.ErrNotFound):
		return other, true, nil
	case err != nil:
		return Import{}, false, err
	}
	return other, !j.Status.Final(), nil
}

// customersFirst fails as long as the customers that an import's accounts belong to are not imported.
func (s *Service) customersFirst(ctx context.Context, org admin.OrgID, i Import) error {
	other, waits, err := s.customersImport(ctx, org, i)
	if err != nil || !waits {
		return err
	}
	return fmt.Errorf("the customers of the import %s are not imported yet: run that first: %w", other.ID, admin.ErrState)
}

// customersSoon returns what adds, in a transaction that is rolled back, the customers that rows of a batch point at
// and another import is about to create. It is nil if there are none.
func (s *Service) customersSoon(
	ctx context.Context, scope admin.Scope, i Import, b Batch,
) (func(context.Context, Ports) error, error) {
	other, waits, err := s.customersImport(ctx, scope.Org(), i)
	if err != nil || !waits {
		return nil, err
	}
	by := customer.FindBy(b.By[customerField])
	soon, err := s.soonOf(ctx, scope.Org(), other, string(by))
	if err != nil {
		return nil, err
	}
	mask, err := s.customers.Mask("id", "name", "primary_email")
	if err != nil {
		return nil, err
	}
	mode := customer.ModeSkip
	if other.Settings.mode() == Upsert && by != "" {
		mode = customer.ModeUpsert // it may give a customer the value
	}
	var changes []customer.Change[customer.Customer]
	seen := map[string]bool{}
	for _, row := range b.Rows {
		value, _ := row.Value(customerField)
		if value == "" || seen[value] {
			continue
		}
		seen[value] = true
		for _, id := range soon.with(value) {
			c := customer.Customer{ID: id, Name: value, PrimaryEmail: "soon@customers.invalid"}
			if by == customer.ByEmail {
				c.PrimaryEmail = value
			}
			changes = append(changes, customer.Change[customer.Customer]{
				Mode: mode, Record: c, Given: mask, At: b.At,
			})
		}
	}
	if len(changes) == 0 {
		return nil, nil
	}
	rec := s.record(scope, ActionWrite, other)
	return func(ctx context.Context, p Ports) error {
		_, err := p.Customers.Apply(ctx, scope.Org(), slices.Clone(changes), rec)
		return err
	}, nil
}

// soon are the customers that an import would create, in order of the hash of a field's value.
type soon struct {
	seed maphash.Seed
	byID bool // the field is the id, and is not kept
	all  []soonOne
}

type soonOne struct {
	hash uint64
	id   string
}

// maxSoon is how many customers with one value are looked at: two that are new make it ambiguous, and some may exist.
const maxSoon = 16

// with returns the ids of the customers that have a value, of at most maxSoon.
func (n *soon) with(value string) (ids []string) {
	sum := maphash.String(n.seed, value)
	at, _ := slices.BinarySearchFunc(n.all, sum, func(o soonOne, sum uint64) int { return cmp.Compare(o.hash, sum) })
	for ; at < len(n.all) && n.all[at].hash == sum && len(ids) < maxSoon; at++ {
		if n.byID {
			return []string{value}
		}
		ids = append(ids, n.all[at].id)
	}
	return ids
}

// soonKey names what was read: a version of an import has one file and one mapping.
type soonKey struct {
	org     admin.OrgID
	id      uuid.UUID
	version int64
	field   string
}

// lastSoon keeps what was read last, so that the batches of a check read the other file once.
type lastSoon struct {
	mu   sync.Mutex
	key  soonKey
	soon *soon
}

func (l *lastSoon) get(k soonKey) *soon {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.key == k {
		return l.soon
	}
	return nil
}

func (l *lastSoon) put(k soonKey, n *soon) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.key, l.soon = k, n
}

// soonOf reads the rows of an import of customers that nothing is wrong with. by is empty for the id.
func (s *Service) soonOf(ctx context.Context, org admin.OrgID, i Import, by string) (*soon, error) {
	read := soonKey{org, i.ID, i.Version, by}
	if had := s.soon.get(read); had != nil {
		return had, nil
	}
	t, err := s.typeOf(i.Type)
	if err != nil {
		return nil, err
	}
	out := &soon{seed: maphash.MakeSeed(), byID: by == ""}
	plan := newPlan(t.Schema, i, s.limits)
	id, field := slices.Index(plan.names, "id"), slices.Index(plan.names, by)
	if by == "" {
		field = id
	}
	if id < 0 || field < 0 || i.Settings.mode() == Update || i.Settings.Match != "" || !i.FileRemovedAt.IsZero() {
		return out, nil // it creates none, or none with the field
	}
	ids := map[uint64]bool{}
	data := s.content(ctx, org, i, i.Content.Offset)
	err = s.records(i, data, plan, func(rec record, number int64) error {
		key, ok := plan.keyOf(id, rec)
		sum := maphash.String(out.seed, keyForm(plan.fields[id].Kind, key))
		if !ok || ids[sum] {
			return nil // a row that repeats the key of another one fails
		}
		ids[sum] = true
		row, errs := plan.row(rec, number)
		if len(errs) > 0 || row.values[field] == "" {
			return nil
		}
		one := soonOne{hash: maphash.String(out.seed, row.values[field])}
		if !out.byID {
			one.id = key
		}
		out.all = append(out.all, one)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out.all, func(a, b soonOne) int {
		return cmp.Or(cmp.Compare(a.hash, b.hash), strings.Compare(a.id, b.id))
	})
	s.soon.put(read, out)
	return out, nil
}
