package main

import (
	"context"
	"database/sql"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// accounts is a customer.AccountStore over the host's tables.
type accounts struct {
	records[customer.Account]
	aliases table[customer.Holding]
}

func newAccounts(t tables) accounts {
	return accounts{
		records[customer.Account]{t, table[customer.Account]{
			name: "accounts", key: "org_id, id",
			columns: "id, customer_id, name, email, currency, net_term_days, address, aliases, billing, " +
				"metadata, tags, status, created_at, updated_at, version, restored_version",
			values: func(a *customer.Account) []any {
				return []any{
					&a.ID, &a.CustomerID, &a.Name, &a.PrimaryEmail, &a.InvoiceCurrency, &a.NetTermDays,
					asJSON{&a.Address}, asJSON{&a.Aliases}, asJSON{&a.BillingInformation}, asJSON{&a.Metadata},
					asJSON{&a.Tags}, &a.Status, asMicros{&a.CreatedAt}, asMicros{&a.UpdatedAt}, &a.Version,
					&a.RestoredVersion,
				}
			},
		}, customer.Accounts()},
		table[customer.Holding]{
			name: "account_aliases", key: "org_id, value, account_id, from_at",
			columns: "account_id, value, from_at, until_at",
			values: func(h *customer.Holding) []any {
				return []any{
					&h.Account, &h.Alias.Value, asMicros{&h.Alias.EffectiveFrom}, asMicros{&h.Alias.EffectiveUntil},
				}
			},
		},
	}
}

// Apply implements customer.AccountStore.
func (s accounts) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Account], rec admin.Record,
) (out []customer.Outcome[customer.Account], err error) {
	err = s.write(ctx, org, rec, func(tx *sql.Tx) (bool, error) {
		out, err = s.apply(ctx, tx, org, changes)
		return slices.ContainsFunc(out, written[customer.Account]), err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// apply is Apply within a transaction, without the record.
func (s accounts) apply(
	ctx context.Context, tx *sql.Tx, org admin.OrgID, changes []customer.Change[customer.Account],
) ([]customer.Outcome[customer.Account], error) {
	var known customer.Known[customer.Account]
	var err error
	if known.Records, err = s.known(ctx, tx, org, changes); err != nil {
		return nil, err
	}
	owners := customer.Owners(s.kind, changes, known.Records)
	if known.Customers, err = newCustomers(s.tables).statuses(ctx, tx, org, owners); err != nil {
		return nil, err
	}
	values := customer.AliasValues(s.kind, changes, known)
	if known.Aliases, err = s.aliases.read(ctx, tx, of(org).among("value", values), ""); err != nil {
		return nil, err
	}
	out, err := s.kind.Decide(changes, known)
	if err != nil {
		return nil, err
	}
	if err := s.save(ctx, tx, org, out); err != nil {
		return nil, err
	}
	return out, s.hold(ctx, tx, org, values, customer.Holdings(known.Aliases, out, values))
}

// hold writes which accounts have aliases now.
func (s accounts) hold(
	ctx context.Context, tx *sql.Tx, org admin.OrgID, values []string, all []customer.Holding,
) error {
	w := of(org).among("value", values)
	if _, err := tx.ExecContext(ctx, "DELETE FROM account_aliases WHERE "+w.text, w.args...); err != nil {
		return err
	}
	var rows [][]any
	for i := range all {
		rows = append(rows, append([]any{org}, s.aliases.values(&all[i])...))
	}
	return s.aliases.put(ctx, tx, rows)
}

// List implements customer.AccountStore.
func (s accounts) List(
	ctx context.Context, org admin.OrgID, f customer.AccountFilter, seek admin.Seek[string],
) ([]customer.Account, error) {
	return s.page(ctx, accountsWhere(org, f), seek)
}

// Count implements customer.AccountStore.
func (s accounts) Count(ctx context.Context, org admin.OrgID, f customer.AccountFilter) (int64, error) {
	return s.count(ctx, accountsWhere(org, f))
}

func accountsWhere(org admin.OrgID, f customer.AccountFilter) where {
	return of(org).given("customer_id = ?", f.CustomerID).given("status = ?", string(f.Status)).
		given("instr(search, ?) > 0", customer.Fold(f.Text))
}

// open returns the accounts of customers to archive that are neither archived nor erased, and of those to erase that
// are not erased, and all of those to remove, by their customers.
func (s accounts) open(
	ctx context.Context, tx *sql.Tx, org admin.OrgID, archive, erase, remove []string,
) (map[string][]string, error) {
	out := map[string][]string{}
	for _, w := range []where{
		of(org).among("customer_id", archive).and("status <> ?", customer.Archived).and("status <> ?", customer.Erased),
		of(org).among("customer_id", erase).and("status <> ?", customer.Erased),
		of(org).among("customer_id", remove),
	} {
		found, err := s.read(ctx, tx, w, "")
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			out[a.CustomerID] = append(out[a.CustomerID], a.ID)
		}
	}
	return out, nil
}
