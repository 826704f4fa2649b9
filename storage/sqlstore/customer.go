package sqlstore

import (
	"context"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

type customers struct {
	recordAccess[customer.Customer]
}

func (a access) customers() customers {
	return customers{recordAccess[customer.Customer]{a, a.db.kinds.customers, &a.db.sql.customer.recordSQL}}
}

type customerSQL struct {
	recordSQL[customer.Customer]
	statuses in // of customers, shared with others who also only read them
	byName   in
	byEmail  in
}

func newCustomerSQL(db *DB) customerSQL {
	return customerSQL{
		recordSQL: newRecordSQL(db, db.kinds.customers, "customers", []string{"status"}, walk{"customers_status", "status"}),
		statuses:  newIn(db, `SELECT id, status FROM {customers} WHERE org_id = ? AND id IN `, "{forShare}"),
		byName:    newFind(db, "name", "customers_name"),
		byEmail:   newFind(db, "primary_email", "customers_email"),
	}
}

// newFind prepares looking customers up by a column along its index.
func newFind(db *DB, column, index string) in {
	return newIn(db, db.along(index, `SELECT `+column+`, id FROM {customers}{index} WHERE org_id = ?`+
		` AND status <> '`+string(customer.Archived)+`' AND `+column+` IN `), "")
}

func (s customers) Find(
	ctx context.Context, org admin.OrgID, by customer.FindBy, values []string,
) ([]customer.Found, error) {
	query := s.db.sql.customer.byName
	if by == customer.ByEmail {
		query = s.db.sql.customer.byEmail
	}
	out, err := lookUp(ctx, s.reader(), "customer", query, func(scan func(...any) error, f *customer.Found) error {
		return scan(&f.Value, &f.ID)
	}, values, org)
	customer.Sort(out)
	return out, err
}

func (s customers) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Customer], rec admin.Record,
) (outcomes []customer.Outcome[customer.Customer], err error) {
	err = s.recordSet(ctx, org, len(changes), rec, func(t *tx) (bool, error) {
		outcomes, err = settled(changes, func(some []customer.Change[customer.Customer]) (
			[]customer.Outcome[customer.Customer], []int, error,
		) {
			return s.apply(ctx, t, org, some)
		})
		return changed(outcomes), err
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// apply is Apply within a transaction, without the audit record. It returns the places of what is to be decided again.
func (s customers) apply(
	ctx context.Context, t *tx, org admin.OrgID, changes []customer.Change[customer.Customer],
) (outcomes []customer.Outcome[customer.Customer], taken []int, err error) {
	var known customer.Known[customer.Customer]
	if known.Records, err = s.existing(ctx, t, org, changes); err != nil {
		return nil, nil, err
	}
	if known.Accounts, err = s.accountsOf(ctx, t, org, changes); err != nil {
		return nil, nil, err
	}
	if outcomes, err = s.kind.Decide(changes, known); err != nil {
		return nil, nil, err
	}
	if taken, err = s.save(ctx, t, org, outcomes); err != nil {
		return nil, nil, err
	}
	with := s.access.accounts()
	if archive := customer.Cascade(with.kind, changes, outcomes, known.Accounts); len(archive) > 0 {
		if _, _, err := with.apply(ctx, t, org, archive); err != nil {
			return nil, nil, err
		}
	}
	return outcomes, taken, nil
}

func (s customers) List(
	ctx context.Context, org admin.OrgID, f customer.Filter, seek admin.Seek[string],
) ([]customer.Customer, error) {
	return s.page(ctx, org, customerFilters(f), seek)
}

func (s customers) Count(ctx context.Context, org admin.OrgID, f customer.Filter) (int64, error) {
	return s.total(ctx, org, customerFilters(f))
}

func customerFilters(f customer.Filter) [][]any {
	return append(byText(string(f.Status)), byContained(f.Text))
}

// accountsOf returns the accounts of the customers that changes archive or erase which are not archived, or not erased,
// and all of those that changes remove.
func (s customers) accountsOf(
	ctx context.Context, t *tx, org admin.OrgID, changes []customer.Change[customer.Customer],
) (map[string][]string, error) {
	type pair struct{ customer, account string }
	var out map[string][]string
	for _, look := range []struct {
		query in
		ids   []string
	}{
		{s.db.sql.account.open, customer.Closing(s.kind, changes)},
		{s.db.sql.account.unerased, customer.Erasing(s.kind, changes)},
		{s.db.sql.account.owned, customer.Removing(s.kind, changes)},
	} {
		found, err := lookUp(ctx, t, "account", look.query, func(scan func(...any) error, p *pair) error {
			return scan(&p.customer, &p.account)
		}, look.ids, org)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if out == nil {
				out = map[string][]string{}
			}
			out[p.customer] = append(out[p.customer], p.account)
		}
	}
	return out, nil
}

// customerStatuses locks customers against being archived, and returns the statuses of those that exist.
func (s customers) customerStatuses(
	ctx context.Context, t *tx, org admin.OrgID, ids []string,
) (map[string]customer.Status, error) {
	type state struct {
		id     string
		status customer.Status
	}
	slices.Sort(ids) // so that two that lock several do so in one order
	found, err := lookUp(ctx, t, "customer", s.db.sql.customer.statuses, func(scan func(...any) error, c *state) error {
		return scan(&c.id, &c.status)
	}, ids, org)
	if err != nil {
		return nil, err
	}
	out := make(map[string]customer.Status, len(found))
	for _, c := range found {
		out[c.id] = c.status
	}
	return out, nil
}
