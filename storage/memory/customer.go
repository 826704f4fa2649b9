package memory

import (
	"context"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// kinds are the descriptions of records that package customer decides by.
type kinds struct {
	customers *customer.Table[customer.Customer]
	accounts  *customer.Table[customer.Account]
}

type customers struct{ access }

func (s customers) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Customer], rec admin.Record,
) (out []customer.Outcome[customer.Customer], err error) {
	kind := s.b.kinds.customers
	err = s.record(ctx, org, rec, func(t *tenant, j *journal) (bool, error) {
		known := customer.Known[customer.Customer]{
			Records: among(t.customers, customer.IDs(kind, changes)),
			Accounts: t.openAccounts(customer.Closing(kind, changes), customer.Erasing(kind, changes),
				customer.Removing(kind, changes)),
		}
		if out, err = kind.Decide(changes, known); err != nil {
			return false, err
		}
		written := save(j, kind, t.customers, out)
		_, _, err := t.applyAccounts(j, s.b.kinds.accounts,
			customer.Cascade(s.b.kinds.accounts, changes, out, known.Accounts))
		return written, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (s customers) Get(ctx context.Context, org admin.OrgID, id string) (c customer.Customer, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		got, ok := t.customers.get(id)
		if !ok {
			return missing("customer")
		}
		c = s.b.kinds.customers.Clone(got)
		return nil
	})
	return c, err
}

func (s customers) List(
	ctx context.Context, org admin.OrgID, f customer.Filter, seek admin.Seek[string],
) (out []customer.Customer, err error) {
	kind := s.b.kinds.customers
	err = s.read(ctx, org, func(t *tenant) error {
		out = cloned(kind, t.customers.ascending(seek.After, seek.Limit, customerMatch(kind, f)))
		return nil
	})
	return out, err
}

func (s customers) Count(ctx context.Context, org admin.OrgID, f customer.Filter) (n int64, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		n = count(t.customers, customerMatch(s.b.kinds.customers, f))
		return nil
	})
	return n, err
}

func (s customers) Find(
	ctx context.Context, org admin.OrgID, by customer.FindBy, values []string,
) (out []customer.Found, err error) {
	wanted := make(map[string]bool, len(values))
	for _, v := range values {
		wanted[v] = true
	}
	err = s.read(ctx, org, func(t *tenant) error {
		for _, c := range t.customers.rows {
			value := c.Name
			if by == customer.ByEmail {
				value = c.PrimaryEmail
			}
			if wanted[value] && c.Status != customer.Archived {
				out = append(out, customer.Found{Value: value, ID: c.ID})
			}
		}
		return nil
	})
	customer.Sort(out)
	return out, err
}

func customerMatch(kind *customer.Table[customer.Customer], f customer.Filter) func(customer.Customer) bool {
	contained := customer.Fold(f.Text)
	return func(c customer.Customer) bool {
		return wants(f.Status, c.Status) && (contained == "" || strings.Contains(kind.Search(&c), contained))
	}
}

// openAccounts returns the accounts of customers to archive that are neither archived nor erased, those of customers to
// erase that are not erased, and those of customers to remove, by the customer.
func (t *tenant) openAccounts(closing, erasing, removing []string) map[string][]string {
	if len(closing)+len(erasing)+len(removing) == 0 {
		return nil
	}
	looks := map[string][]customer.Status{} // by the customer, those of accounts that do not count
	for _, id := range closing {
		looks[id] = []customer.Status{customer.Archived, customer.Erased}
	}
	for _, id := range erasing {
		looks[id] = []customer.Status{customer.Erased}
	}
	for _, id := range removing {
		looks[id] = nil
	}
	out := map[string][]string{}
	for _, key := range t.accounts.order {
		a := t.accounts.rows[key]
		if settled, ok := looks[a.CustomerID]; ok && !slices.Contains(settled, a.Status) {
			out[a.CustomerID] = append(out[a.CustomerID], a.ID)
		}
	}
	return out
}

type accounts struct{ access }

func (s accounts) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Account], rec admin.Record,
) (out []customer.Outcome[customer.Account], err error) {
	kind := s.b.kinds.accounts
	err = s.record(ctx, org, rec, func(t *tenant, j *journal) (bool, error) {
		var written bool
		written, out, err = t.applyAccounts(j, kind, changes)
		return written, err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// applyAccounts is Apply without the audit record.
func (t *tenant) applyAccounts(
	j *journal, kind *customer.Table[customer.Account], changes []customer.Change[customer.Account],
) (bool, []customer.Outcome[customer.Account], error) {
	known := customer.Known[customer.Account]{
		Records: among(t.accounts, customer.IDs(kind, changes)), Customers: map[string]customer.Status{},
	}
	for _, id := range customer.Owners(kind, changes, known.Records) {
		if c, ok := t.customers.get(id); ok {
			known.Customers[id] = c.Status
		}
	}
	if values := customer.AliasValues(kind, changes, known); len(values) > 0 {
		known.Aliases = t.holdings(values)
	}
	out, err := kind.Decide(changes, known)
	if err != nil {
		return false, nil, err
	}
	return save(j, kind, t.accounts, out), out, nil
}

// holdings returns who has the aliases.
func (t *tenant) holdings(values []string) []customer.Holding {
	var out []customer.Holding
	for _, a := range t.accounts.rows {
		for _, alias := range customer.Held(a) {
			for _, v := range values {
				if alias.Value == v {
					out = append(out, customer.Holding{Account: a.ID, Alias: alias})
				}
			}
		}
	}
	return out
}

func (s accounts) Get(ctx context.Context, org admin.OrgID, id string) (a customer.Account, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		got, ok := t.accounts.get(id)
		if !ok {
			return missing("account")
		}
		a = s.b.kinds.accounts.Clone(got)
		return nil
	})
	return a, err
}

func (s accounts) List(
	ctx context.Context, org admin.OrgID, f customer.AccountFilter, seek admin.Seek[string],
) (out []customer.Account, err error) {
	kind := s.b.kinds.accounts
	err = s.read(ctx, org, func(t *tenant) error {
		out = cloned(kind, t.accounts.ascending(seek.After, seek.Limit, accountMatch(kind, f)))
		return nil
	})
	return out, err
}

func (s accounts) Count(ctx context.Context, org admin.OrgID, f customer.AccountFilter) (n int64, err error) {
	err = s.read(ctx, org, func(t *tenant) error {
		n = count(t.accounts, accountMatch(s.b.kinds.accounts, f))
		return nil
	})
	return n, err
}

func accountMatch(kind *customer.Table[customer.Account], f customer.AccountFilter) func(customer.Account) bool {
	contained := customer.Fold(f.Text)
	return func(a customer.Account) bool {
		return wants(f.CustomerID, a.CustomerID) && wants(f.Status, a.Status) &&
			(contained == "" || strings.Contains(kind.Search(&a), contained))
	}
}

// among returns the records with these ids, those that exist.
func among[T any](all *table[string, T], ids []string) map[string]T {
	out := make(map[string]T, len(ids))
	for _, id := range ids {
		if r, ok := all.get(id); ok {
			out[id] = r
		}
	}
	return out
}

// save puts what was decided into a table, shares nothing of it with the outcomes, and reports whether that
// was anything.
func save[T customer.Record](
	j *journal, kind *customer.Table[T], all *table[string, T], outcomes []customer.Outcome[T],
) bool {
	written := false
	for i := range outcomes {
		o := &outcomes[i]
		o.Before = kind.Clone(o.Before)
		if o.Result == customer.Created || o.Result == customer.Updated {
			all.put(j, *kind.Head(&o.After).ID, kind.Clone(o.After))
			written = true
		}
		if o.Result == customer.Removed {
			all.remove(j, *kind.Head(&o.Before).ID)
			written = true
		}
		o.After = kind.Clone(o.After)
	}
	return written
}

func cloned[T customer.Record](kind *customer.Table[T], records []T) []T {
	for i := range records {
		records[i] = kind.Clone(records[i])
	}
	return records
}

func count[T any](all *table[string, T], match func(T) bool) (n int64) {
	for _, r := range all.rows {
		if match(r) {
			n++
		}
	}
	return n
}
