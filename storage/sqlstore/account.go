package sqlstore

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

type accounts struct {
	recordAccess[customer.Account]
}

func (a access) accounts() accounts {
	return accounts{recordAccess[customer.Account]{a, a.db.kinds.accounts, &a.db.sql.account.recordSQL}}
}

type accountSQL struct {
	recordSQL[customer.Account]
	open        in   // accounts of customers that are neither archived nor erased
	unerased    in   // those that are not erased
	owned       in   // all of them
	lockAliases bulk // makes others who give the same aliases wait until the transaction ends
	holders     in   // of aliases
	setHolders  bulk
	dropAliases inWrite // that no account holds
}

func newAccountSQL(db *DB) accountSQL {
	all := []string{"org_id", "value", "holders"}
	key := all[:2]
	return accountSQL{
		recordSQL: newRecordSQL(db, db.kinds.accounts, "accounts", []string{"customer_id", "status"},
			walk{"accounts_customer", "customer_id"}, walk{"accounts_status", "status"}),
		open: newIn(db, `SELECT customer_id, id FROM {accounts}
			WHERE org_id = ? AND status NOT IN ('ARCHIVED', 'ERASED') AND customer_id IN `, "{forUpdate}"),
		unerased: newIn(db, `SELECT customer_id, id FROM {accounts}
			WHERE org_id = ? AND status <> 'ERASED' AND customer_id IN `, "{forUpdate}"),
		owned:       newIn(db, `SELECT customer_id, id FROM {accounts} WHERE org_id = ? AND customer_id IN `, "{forUpdate}"),
		lockAliases: newBulk(db, "account_aliases", all, key, key[1:]),
		holders:     newIn(db, `SELECT value, holders FROM {account_aliases} WHERE org_id = ? AND value IN `, "{forUpdate}"),
		setHolders:  newBulk(db, "account_aliases", all, key, all[2:]),
		dropAliases: newInWrite(db, `DELETE FROM {account_aliases} WHERE org_id = ? AND value IN `),
	}
}

func (s accounts) Apply(
	ctx context.Context, org admin.OrgID, changes []customer.Change[customer.Account], rec admin.Record,
) (outcomes []customer.Outcome[customer.Account], err error) {
	err = s.recordSet(ctx, org, len(changes), rec, func(t *tx) (bool, error) {
		outcomes, err = settled(changes, func(some []customer.Change[customer.Account]) (
			[]customer.Outcome[customer.Account], []int, error,
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
func (s accounts) apply(
	ctx context.Context, t *tx, org admin.OrgID, changes []customer.Change[customer.Account],
) (outcomes []customer.Outcome[customer.Account], taken []int, err error) {
	var known customer.Known[customer.Account]
	if known.Records, err = s.existing(ctx, t, org, changes); err != nil {
		return nil, nil, err
	}
	owners := customer.Owners(s.kind, changes, known.Records)
	if known.Customers, err = s.access.customers().customerStatuses(ctx, t, org, owners); err != nil {
		return nil, nil, err
	}
	values := customer.AliasValues(s.kind, changes, known)
	if known.Aliases, err = s.lockHoldings(ctx, t, org, values); err != nil {
		return nil, nil, err
	}
	if outcomes, err = s.kind.Decide(changes, known); err != nil {
		return nil, nil, err
	}
	if taken, err = s.save(ctx, t, org, outcomes); err != nil {
		return nil, nil, err
	}
	return outcomes, taken,
		s.saveHoldings(ctx, t, org, values, customer.Holdings(known.Aliases, outcomes, values))
}

func (s accounts) List(
	ctx context.Context, org admin.OrgID, f customer.AccountFilter, seek admin.Seek[string],
) ([]customer.Account, error) {
	return s.page(ctx, org, accountFilters(f), seek)
}

func (s accounts) Count(ctx context.Context, org admin.OrgID, f customer.AccountFilter) (int64, error) {
	return s.total(ctx, org, accountFilters(f))
}

func accountFilters(f customer.AccountFilter) [][]any {
	return append(byText(f.CustomerID, string(f.Status)), byContained(f.Text))
}

// storedHolding is the stored form of a customer.Holding, under the alias.
type storedHolding struct {
	Account string `json:"account"`
	From    *int64 `json:"from,omitempty"` // microseconds
	Until   *int64 `json:"until,omitempty"`
}

// lockHoldings locks aliases and returns who has them.
func (s accounts) lockHoldings(
	ctx context.Context, t *tx, org admin.OrgID, values []string,
) ([]customer.Holding, error) {
	if len(values) == 0 {
		return nil, nil
	}
	slices.Sort(values) // so that two that lock several do so in one order
	q := s.db.sql.account
	if err := q.lockAliases.insert(ctx, t, "alias", len(values),
		func(i int) []any { return []any{org, values[i], ""} }); err != nil {
		return nil, err
	}
	type row struct {
		value   string
		holders []storedHolding
	}
	found, err := lookUp(ctx, t, "alias", q.holders, func(scan func(...any) error, r *row) error {
		return scan(&r.value, &jsonColumn{func(text []byte) error { return json.Unmarshal(text, &r.holders) }})
	}, values, org)
	if err != nil {
		return nil, err
	}
	var out []customer.Holding
	for _, r := range found {
		for _, h := range r.holders {
			out = append(out, customer.Holding{Account: h.Account, Alias: customer.Alias{
				Value: r.value, EffectiveFrom: fromMicros(h.From), EffectiveUntil: fromMicros(h.Until),
			}})
		}
	}
	return out, nil
}

// saveHoldings stores which accounts have aliases that were locked, and drops those that none has.
func (s accounts) saveHoldings(
	ctx context.Context, t *tx, org admin.OrgID, values []string, all []customer.Holding,
) error {
	holders := map[string][]storedHolding{}
	for _, h := range all {
		holders[h.Alias.Value] = append(holders[h.Alias.Value],
			storedHolding{h.Account, micros(h.Alias.EffectiveFrom), micros(h.Alias.EffectiveUntil)})
	}
	var held, free, texts []string
	for _, v := range values {
		if len(holders[v]) == 0 {
			free = append(free, v)
			continue
		}
		text, err := jsonText(false, holders[v])
		if err != nil {
			return err
		}
		held, texts = append(held, v), append(texts, text)
	}
	if err := s.db.sql.account.setHolders.insert(ctx, t, "alias", len(held),
		func(i int) []any { return []any{org, held[i], texts[i]} }); err != nil {
		return err
	}
	// An alias may be what a person is called by: nothing of one is kept that no account has.
	_, err := s.db.sql.account.dropAliases.run(ctx, t, "alias", free, org)
	return err
}
