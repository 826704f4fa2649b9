package dbtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// removeOf removes a customer in its first version.
func removeOf(ids ...string) []customer.Change[customer.Customer] {
	var out []customer.Change[customer.Customer]
	for _, id := range ids {
		out = append(out, customer.Change[customer.Customer]{
			Mode: customer.ModeRemove, Record: customer.Customer{ID: id}, Version: 1, At: noon,
		})
	}
	return out
}

// Whether a customer has accounts is looked up before it is removed, and whether it is there before it gets one.
func TestRemovedCustomerGetsNoAccount(t *testing.T) {
	const rounds = 10
	onEach(t, func(t *testing.T, s server) {
		w := newImporters(t, s, 10)
		db, _ := w.place.open(t)
		c, ctx, scope := w.center, t.Context(), w.scope
		for round := range rounds {
			id := fmt.Sprint("c", round)
			_, err := c.Customers.Create(ctx, scope, customer.Customer{ID: id, Name: "Lumen", PrimaryEmail: "l@x.example"})
			require.NoError(t, err)
			var removed customer.Outcome[customer.Customer]
			errs := together(4, func(i int) error {
				if i == 0 {
					made, err := db.Customers().Apply(ctx, scope.Org(), removeOf(id), rec("customer.apply"))
					if err == nil {
						removed = made[0]
					}
					return err
				}
				_, err := c.Customers.CreateAccount(ctx, scope, customer.Account{
					ID: fmt.Sprintf("%s-%d", id, i), Name: "Account", CustomerID: id,
				})
				return err
			})
			require.NoError(t, errs[0])
			made := 0
			for _, err := range errs[1:] {
				if err == nil {
					made++
					continue
				}
				require.ErrorIs(t, err, admin.ErrInvalid, "there is no such customer")
			}
			accounts, err := c.Customers.CountAccounts(ctx, scope, customer.AccountFilter{CustomerID: id})
			require.NoError(t, err)
			require.EqualValues(t, made, accounts)
			_, err = c.Customers.Get(ctx, scope, id)
			if removed.Result == customer.Removed {
				require.ErrorIs(t, err, admin.ErrNotFound)
				require.Zero(t, made, "an account has its customer")
				continue
			}
			require.NoError(t, err)
			require.Equal(t, customer.ReasonHasAccounts, removed.Reason)
			require.NotZero(t, made)
		}
	})
}

// A host may have tables of its own with foreign keys to customers: what they refer to stays, and the rest is removed.
func TestCustomerThatTheHostRefersToIsNotRemoved(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		w := newImporters(t, s, 10)
		db, pool := w.place.open(t)
		ctx := t.Context()
		for _, id := range []string{"a", "b", "c"} {
			_, err := w.center.Customers.Create(ctx, w.scope,
				customer.Customer{ID: id, Name: "Lumen", PrimaryEmail: "l@x.example"})
			require.NoError(t, err)
		}
		column := "TEXT"
		if s.dialect == sqlstore.MySQL {
			column = "VARBINARY(200)"
		}
		org := strings.Replace(column, "200", "64", 1)
		for _, text := range []string{
			`CREATE TABLE notes (org_id ` + org + `, customer ` + column +
				`, FOREIGN KEY (org_id, customer) REFERENCES admincenter_customers (org_id, id))`,
			`INSERT INTO notes VALUES ('acme', 'b')`,
		} {
			_, err := pool.ExecContext(ctx, text)
			require.NoError(t, err)
		}
		made, err := db.Customers().Apply(ctx, w.scope.Org(), removeOf("a", "b", "c"), rec("customer.apply"))
		require.NoError(t, err)
		require.Equal(t, customer.ReasonStorage, made[1].Reason, "%+v", made[1])
		require.Equal(t, "b", made[1].After.ID, "it is as it was")
		require.Equal(t, customer.Removed, made[0].Result)
		require.Equal(t, customer.Removed, made[2].Result)
		n, err := w.center.Customers.Count(ctx, w.scope, customer.Filter{})
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
	})
}
