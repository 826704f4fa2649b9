package main

import (
	"context"
	"database/sql"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// customers is a customer.Store over the host's table.
type customers struct{ records[customer.Customer] }

func newCustomers(t tables) customers {
	return customers{records[customer.Customer]{t, table[customer.Customer]{
		name: "customers", key: "org_id, id",
		columns: "id, name, email, address, metadata, status, created_at, updated_at, version, restored_version",
		values: func(c *customer.Customer) []any {
			return []any{
				&c.ID, &c.Name, &c.PrimaryEmail, asJSON{&c.Address}, asJSON{&c.Metadata}, &c.Status,
				asMicros{&c.CreatedAt}, asMicros{&c.UpdatedAt}, &c.Version,
				&c.RestoredVersion,
			}
		},
	}, customer.Customers()}}
}

// Apply implements customer.Store: it looks up what is known, lets the library decide, and writes that.
func (s customers) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Customer], rec admin.Record,
) (out []customer.Outcome[customer.Customer], err error) {
	err = s.write(ctx, org, rec, func(tx *sql.Tx) (bool, error) {
		var known customer.Known[customer.Customer]
		if known.Records, err = s.known(ctx, tx, org, changes); err != nil {
			return false, err
		}
		accounts := newAccounts(s.tables)
		if known.Accounts, err = accounts.open(ctx, tx, org, customer.Closing(s.kind, changes),
			customer.Erasing(s.kind, changes), customer.Removing(s.kind, changes)); err != nil {
			return false, err
		}
		if out, err = s.kind.Decide(changes, known); err != nil {
			return false, err
		}
		if err := s.save(ctx, tx, org, out); err != nil {
			return false, err
		}
		// Accounts are archived and erased together with their customer.
		_, err = accounts.apply(ctx, tx, org, customer.Cascade(accounts.kind, changes, out, known.Accounts))
		return slices.ContainsFunc(out, written[customer.Customer]), err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// List implements customer.Store.
func (s customers) List(
	ctx context.Context, org admin.OrgID, f customer.Filter, seek admin.Seek[string],
) ([]customer.Customer, error) {
	return s.page(ctx, customersWhere(org, f), seek)
}

// Count implements customer.Store.
func (s customers) Count(ctx context.Context, org admin.OrgID, f customer.Filter) (int64, error) {
	return s.count(ctx, customersWhere(org, f))
}

// Find implements customer.Store.
func (s customers) Find(
	ctx context.Context, org admin.OrgID, by customer.FindBy, values []string,
) ([]customer.Found, error) {
	column := "name"
	if by == customer.ByEmail {
		column = "email"
	}
	w := of(org).among(column, values).and("status <> ?", string(customer.Archived))
	return read(ctx, s.reader(), func(f *customer.Found) []any { return []any{&f.Value, &f.ID} },
		"SELECT "+column+", id FROM customers WHERE "+w.text+" ORDER BY 1, 2", w.args...)
}

func customersWhere(org admin.OrgID, f customer.Filter) where {
	return of(org).given("status = ?", string(f.Status)).given("instr(search, ?) > 0", customer.Fold(f.Text))
}

// statuses returns the statuses of the customers that exist.
func (s customers) statuses(
	ctx context.Context, tx *sql.Tx, org admin.OrgID, ids []string,
) (map[string]customer.Status, error) {
	found, err := s.read(ctx, tx, of(org).among("id", ids), "")
	out := make(map[string]customer.Status, len(found))
	for _, c := range found {
		out[c.ID] = c.Status
	}
	return out, err
}
