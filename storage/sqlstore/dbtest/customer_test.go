package dbtest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// An alias cannot be unique by a key, because it has times: who gives it to an account locks it.
func TestAliasGoesToOneAccount(t *testing.T) {
	const rounds, many = 5, 6
	onEach(t, func(t *testing.T, s server) {
		c, _ := newCenter(t, s)
		ctx, scope := t.Context(), admin.System("acme")
		_, err := c.Customers.Create(ctx, scope, customer.Customer{ID: "c1", Name: "Lumen", PrimaryEmail: "l@x.example"})
		require.NoError(t, err)
		for round := range rounds {
			meter := fmt.Sprint("meter-", round)
			errs := together(many, func(i int) error {
				_, err := c.Customers.CreateAccount(ctx, scope, customer.Account{
					ID: fmt.Sprintf("a%d-%d", round, i), Name: "Account", CustomerID: "c1", Aliases: []customer.Alias{{Value: meter}},
				})
				return err
			})
			given := 0
			for _, err := range errs {
				if err == nil {
					given++
					continue
				}
				var invalid *admin.ValidationError
				require.ErrorAs(t, err, &invalid)
				require.Equal(t, "/aliases", invalid.Fields[0].Path)
			}
			require.Equal(t, 1, given)
		}
		n, err := c.Customers.CountAccounts(ctx, scope, customer.AccountFilter{})
		require.NoError(t, err)
		require.EqualValues(t, rounds, n)
	})
}

// Whether a customer has accounts is looked up before it is archived, and whether it is archived before it
// gets an account.
func TestArchivedCustomerGetsNoAccount(t *testing.T) {
	const rounds = 10
	onEach(t, func(t *testing.T, s server) {
		c, _ := newCenter(t, s)
		ctx, scope := t.Context(), admin.System("acme")
		for round := range rounds {
			id := fmt.Sprint("c", round)
			_, err := c.Customers.Create(ctx, scope, customer.Customer{ID: id, Name: "Lumen", PrimaryEmail: "l@x.example"})
			require.NoError(t, err)
			errs := together(4, func(i int) error {
				if i == 0 {
					_, err := c.Customers.Archive(ctx, scope, id, 1, customer.ArchiveInput{Accounts: round%2 == 0})
					return err
				}
				_, err := c.Customers.CreateAccount(ctx, scope, customer.Account{
					ID: fmt.Sprintf("%s-%d", id, i), Name: "Account", CustomerID: id,
				})
				return err
			})
			for _, err := range errs {
				if err != nil && !errors.Is(err, customer.ErrHasAccounts) {
					require.ErrorIs(t, err, customer.ErrCustomerArchived)
				}
			}
			got, err := c.Customers.Get(ctx, scope, id)
			require.NoError(t, err)
			open, err := c.Customers.CountAccounts(ctx, scope, customer.AccountFilter{CustomerID: id, Status: customer.Active})
			require.NoError(t, err)
			require.Equal(t, errs[0] == nil, got.Status == customer.Archived)
			if got.Status == customer.Archived {
				require.Zero(t, open, "an archived customer has no accounts that are not")
			}
		}
	})
}
