package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
)

type customers struct{ access }

type customerSQL struct {
	get, list      string
	among, exist   in
	insert, update bulk
}

const customerColumns = `SELECT id, name, primary_email, phone_number, line1, line2, postal_code, city, state, country, status, extra,
	created_at, updated_at, version FROM {customers} `

func newCustomerSQL(db *DB) customerSQL {
	key := []string{"org_id", "id"}
	set := []string{
		"name", "primary_email", "phone_number", "line1", "line2", "postal_code", "city", "state", "country", "status", "extra",
		"created_at bigint", "updated_at bigint", "version bigint",
	}
	all := slices.Concat(key, set)
	return customerSQL{
		get:    db.bind(customerColumns + `WHERE org_id = ? AND id = ?`),
		list:   db.bind(customerColumns + `WHERE org_id = ? AND id > ? ORDER BY id LIMIT ?`),
		among:  newIn(db, customerColumns+`WHERE org_id = ? AND id IN `, "{forUpdate}"),
		exist:  newIn(db, `SELECT id FROM {customers} WHERE org_id = ? AND id IN `, ""),
		insert: newBulk(db, "customers", all, nil, nil),
		update: newBulk(db, "customers", all, key, set),
	}
}

func (s customers) Write(ctx context.Context, org admin.OrgID, b bulkimport.Batch, rec admin.Record) (outcomes []bulkimport.Outcome, err error) {
	q := s.db.sql.customer
	err = s.write(ctx, org, rec, func(t *tx) error {
		found, err := lookUp(ctx, t, "customer", q.among, scanCustomer, b.Keys(), org)
		if err != nil {
			return err
		}
		existing := make(map[string]customer.Customer, len(found))
		for _, c := range found {
			existing[c.ID] = c
		}
		var writes []bulkimport.Settled[customer.Customer]
		if writes, outcomes, err = b.Customers(existing); err != nil {
			return err
		}
		return writeSettled(ctx, t, "customer", q.insert, q.update, writes, outcomes, func(c customer.Customer) ([]any, error) {
			extra, err := extraText(c.Extra)
			return []any{
				org, c.ID, c.Name, c.PrimaryEmail, c.PhoneNumber, c.Line1, c.Line2, c.PostalCode, c.City, c.State, c.Country,
				c.Status, extra, at(c.CreatedAt), at(c.UpdatedAt), c.Version,
			}, err
		})
	})
	return outcomes, err
}

func (s customers) Get(ctx context.Context, org admin.OrgID, customerID string) (customer.Customer, error) {
	return one(ctx, s.reader(), "customer", s.db.sql.customer.get, scanCustomer, org, customerID)
}

func (s customers) List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]customer.Customer, error) {
	return rows(ctx, s.reader(), "customer", s.db.sql.customer.list, scanCustomer, org, seek.After, seek.Limit)
}

func scanCustomer(scan func(...any) error, c *customer.Customer) error {
	var extra string
	if err := scan(&c.ID, &c.Name, &c.PrimaryEmail, &c.PhoneNumber, &c.Line1, &c.Line2, &c.PostalCode, &c.City, &c.State, &c.Country,
		&c.Status, &extra, scanAt(&c.CreatedAt), scanAt(&c.UpdatedAt), &c.Version); err != nil {
		return err
	}
	return scanExtra(extra, &c.Extra)
}

// extraText is how the host's own fields are kept: a JSON object, or nothing.
func extraText(extra map[string]string) (string, error) {
	if len(extra) == 0 {
		return "", nil
	}
	b, err := json.Marshal(extra)
	return string(b), err
}

func scanExtra(text string, into *map[string]string) error {
	if text == "" {
		return nil
	}
	if texts, ok := plainTexts(text); ok {
		*into = texts
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

type accounts struct{ access }

type accountSQL struct {
	get            string
	list           list
	among          in
	insert, update bulk
}

const accountColumns = `SELECT id, name, customer_id, invoice_currency, primary_email, net_term_days, phone_number, line1, line2,
	postal_code, city, state, country, status, extra, created_at, updated_at, version FROM {accounts}{index} `

func newAccountSQL(db *DB) accountSQL {
	key := []string{"org_id", "id"}
	set := []string{
		"name", "customer_id", "invoice_currency", "primary_email", "net_term_days bigint", "phone_number", "line1", "line2", "postal_code",
		"city", "state", "country", "status", "extra", "created_at bigint", "updated_at bigint", "version bigint",
	}
	all := slices.Concat(key, set)
	return accountSQL{
		get: db.bind(accountColumns + `WHERE org_id = ? AND id = ?`),
		list: newList(db, accountColumns+`WHERE org_id = ?`, []string{"customer_id"}, ` AND id > ? ORDER BY id LIMIT ?`,
			walk{"accounts_customer", "customer_id"}),
		among:  newIn(db, accountColumns+`WHERE org_id = ? AND id IN `, "{forUpdate}"),
		insert: newBulk(db, "accounts", all, nil, nil),
		update: newBulk(db, "accounts", all, key, set),
	}
}

func (s accounts) Write(ctx context.Context, org admin.OrgID, b bulkimport.Batch, rec admin.Record) (outcomes []bulkimport.Outcome, err error) {
	q := s.db.sql.account
	err = s.write(ctx, org, rec, func(t *tx) error {
		found, err := lookUp(ctx, t, "account", q.among, scanAccount, b.Keys(), org)
		if err != nil {
			return err
		}
		existing := make(map[string]customer.Account, len(found))
		for _, a := range found {
			existing[a.ID] = a
		}
		ids, err := lookUp(ctx, t, "customer", s.db.sql.customer.exist, func(scan func(...any) error, id *string) error { return scan(id) }, b.CustomerIDs(), org)
		if err != nil {
			return err
		}
		known := make(map[string]bool, len(ids))
		for _, id := range ids {
			known[id] = true
		}
		var writes []bulkimport.Settled[customer.Account]
		if writes, outcomes, err = b.Accounts(existing, known); err != nil {
			return err
		}
		return writeSettled(ctx, t, "account", q.insert, q.update, writes, outcomes, func(a customer.Account) ([]any, error) {
			var days any
			if a.NetTermDays != nil {
				days = *a.NetTermDays
			}
			extra, err := extraText(a.Extra)
			return []any{
				org, a.ID, a.Name, a.CustomerID, a.InvoiceCurrency, a.PrimaryEmail, days, a.PhoneNumber, a.Line1, a.Line2, a.PostalCode,
				a.City, a.State, a.Country, a.Status, extra, at(a.CreatedAt), at(a.UpdatedAt), a.Version,
			}, err
		})
	})
	return outcomes, err
}

func (s accounts) Get(ctx context.Context, org admin.OrgID, accountID string) (customer.Account, error) {
	return one(ctx, s.reader(), "account", s.db.sql.account.get, scanAccount, org, accountID)
}

func (s accounts) List(ctx context.Context, org admin.OrgID, f customer.AccountFilter, seek admin.Seek[string]) ([]customer.Account, error) {
	query, args := s.db.sql.account.list.page([]any{org}, byText(f.CustomerID), seek.After, seek.Limit)
	return rows(ctx, s.reader(), "account", query, scanAccount, args...)
}

func scanAccount(scan func(...any) error, a *customer.Account) error {
	var extra string
	var days sql.NullInt64
	if err := scan(&a.ID, &a.Name, &a.CustomerID, &a.InvoiceCurrency, &a.PrimaryEmail, &days, &a.PhoneNumber, &a.Line1, &a.Line2,
		&a.PostalCode, &a.City, &a.State, &a.Country, &a.Status, &extra, scanAt(&a.CreatedAt), scanAt(&a.UpdatedAt), &a.Version); err != nil {
		return err
	}
	if days.Valid {
		n := int(days.Int64)
		a.NetTermDays = &n
	}
	return scanExtra(extra, &a.Extra)
}

// writeSettled writes what a batch came to. Rows that the database refuses get their outcome, and
// the others are written.
func writeSettled[T any](ctx context.Context, t *tx, noun string, insert, update bulk, writes []bulkimport.Settled[T], outcomes []bulkimport.Outcome, values func(T) ([]any, error)) error {
	var inserts, updates [][]any
	var insertRows, updateRows []int
	for _, w := range writes {
		args, err := values(w.Record)
		if err != nil {
			return fmt.Errorf("%s: %w", noun, err)
		}
		if w.Update {
			updates, updateRows = append(updates, args), append(updateRows, w.Row)
		} else {
			inserts, insertRows = append(inserts, args), append(insertRows, w.Row)
		}
	}
	refuse := func(row int, err error) {
		outcomes[row] = bulkimport.Outcome{Result: bulkimport.Refused, Detail: "the database refuses a value of the row"}
		if errors.Is(err, admin.ErrExists) { // since we looked
			outcomes[row] = bulkimport.Outcome{Result: bulkimport.Exists}
		}
	}
	if err := bisect(ctx, t, noun, insert, inserts, func(i int, err error) { refuse(insertRows[i], err) }, 0); err != nil {
		return err
	}
	return bisect(ctx, t, noun, update, updates, func(i int, err error) { refuse(updateRows[i], err) }, 0)
}

// bisect inserts rows together where that is possible, and narrows down to those that a constraint
// refuses where it is not. first is the index of rows[0].
func bisect(ctx context.Context, t *tx, noun string, b bulk, rows [][]any, refuse func(i int, err error), first int) error {
	if len(rows) == 0 {
		return nil
	}
	err := t.nested(ctx, func() error {
		return b.insert(ctx, t, noun, len(rows), func(i int) []any { return rows[i] })
	})
	switch {
	case err == nil || t.broken != nil:
		return err
	case !errors.Is(err, admin.ErrInvalid) && !errors.Is(err, admin.ErrExists) && !errors.Is(err, admin.ErrNotFound):
		return err
	case len(rows) == 1:
		refuse(first, err)
		return nil
	}
	half := len(rows) / 2
	if err := bisect(ctx, t, noun, b, rows[:half], refuse, first); err != nil {
		return err
	}
	return bisect(ctx, t, noun, b, rows[half:], refuse, first+half)
}
