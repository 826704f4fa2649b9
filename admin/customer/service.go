package customer

import (
	"context"
	"fmt"
	"iter"

	"github.com/admincenter/admincenter/admin"
)

// Service shows the customers and accounts in the included stores. It is safe for concurrent use.
type Service struct {
	customers Store
	accounts  AccountStore
}

// NewService reads from the stores.
func NewService(customers Store, accounts AccountStore) *Service {
	return &Service{customers: customers, accounts: accounts}
}

// Customer returns one customer, or admin.ErrNotFound. It requires admin.CustomersRead.
func (d *Service) Customer(ctx context.Context, scope admin.Scope, id string) (Customer, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Customer{}, err
	}
	return d.customers.Get(ctx, scope.Org(), id)
}

// Customers pages through the customers in order of ID. It requires admin.CustomersRead.
func (d *Service) Customers(ctx context.Context, scope admin.Scope, q admin.Query) (admin.Page[Customer], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Customer]{}, err
	}
	return admin.Paginate(scope.Org(), "customers", q,
		func(seek admin.Seek[string]) ([]Customer, error) { return d.customers.List(ctx, scope.Org(), seek) },
		func(c Customer) string { return c.ID })
}

// AllCustomers is every customer in order of ID. It requires admin.CustomersRead.
func (d *Service) AllCustomers(ctx context.Context, scope admin.Scope) iter.Seq2[Customer, error] {
	return admin.All(func(q admin.Query) (admin.Page[Customer], error) { return d.Customers(ctx, scope, q) })
}

// Account returns one account, or admin.ErrNotFound. It requires admin.AccountsRead.
func (d *Service) Account(ctx context.Context, scope admin.Scope, id string) (Account, error) {
	if err := scope.Require(PermissionAccountsRead); err != nil {
		return Account{}, err
	}
	return d.accounts.Get(ctx, scope.Org(), id)
}

// Accounts pages through the accounts that match, in order of ID. It requires admin.AccountsRead.
func (d *Service) Accounts(ctx context.Context, scope admin.Scope, f AccountFilter, q admin.Query) (admin.Page[Account], error) {
	if err := scope.Require(PermissionAccountsRead); err != nil {
		return admin.Page[Account]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("accounts %q", f.CustomerID), q,
		func(seek admin.Seek[string]) ([]Account, error) { return d.accounts.List(ctx, scope.Org(), f, seek) },
		func(a Account) string { return a.ID })
}

// AllAccounts is every account that matches, in order of ID. It requires admin.AccountsRead.
func (d *Service) AllAccounts(ctx context.Context, scope admin.Scope, f AccountFilter) iter.Seq2[Account, error] {
	return admin.All(func(q admin.Query) (admin.Page[Account], error) { return d.Accounts(ctx, scope, f, q) })
}
