package customer

import (
	"context"
	"fmt"
	"iter"

	"github.com/admincenter/admincenter/admin"
)

func (s *Service) accountBook(scope admin.Scope) book[Account] {
	return book[Account]{
		Table: s.accounts, runtime: s.runtime, scope: scope, store: s.ports.Accounts, currencies: s.ports.Currencies,
	}
}

// Account returns an account, or [admin.ErrNotFound].
func (s *Service) Account(ctx context.Context, scope admin.Scope, id string) (Account, error) {
	if err := scope.Require(PermissionAccountsRead); err != nil {
		return Account{}, err
	}
	return s.ports.Accounts.Get(ctx, scope.Org(), id)
}

// Accounts pages through the accounts that match, in ascending byte order of ID.
func (s *Service) Accounts(
	ctx context.Context, scope admin.Scope, f AccountFilter, q admin.Query,
) (admin.Page[Account], error) {
	if err := scope.Require(PermissionAccountsRead); err != nil {
		return admin.Page[Account]{}, err
	}
	if err := checkFilter(f.Status, f.Text, Active, Draft, Archived, Erased); err != nil {
		return admin.Page[Account]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("accounts %q %q %q", f.CustomerID, f.Status, f.Text), q,
		func(seek admin.Seek[string]) ([]Account, error) {
			return s.ports.Accounts.List(ctx, scope.Org(), f, seek)
		},
		func(a Account) string { return a.ID })
}

// AllAccounts returns every account that matches, in ascending byte order of ID.
func (s *Service) AllAccounts(ctx context.Context, scope admin.Scope, f AccountFilter) iter.Seq2[Account, error] {
	return admin.All(func(q admin.Query) (admin.Page[Account], error) { return s.Accounts(ctx, scope, f, q) })
}

// CountAccounts returns how many accounts match.
func (s *Service) CountAccounts(ctx context.Context, scope admin.Scope, f AccountFilter) (int64, error) {
	if err := scope.Require(PermissionAccountsRead); err != nil {
		return 0, err
	}
	if err := checkFilter(f.Status, f.Text, Active, Draft, Archived, Erased); err != nil {
		return 0, err
	}
	return s.ports.Accounts.Count(ctx, scope.Org(), f)
}

// CreateAccount adds an account, whose ID the caller chooses. Its Status is [Active], unless it is [Draft];
// CreatedAt, UpdatedAt and Version are left zero. Tags are kept in lower case. It fails with a
// [*admin.ValidationError] that lists everything that is wrong, an unknown customer, aliases that
// another account has at the same time, and an InvoiceCurrency that the organization does not use or has archived
// included; with [admin.ErrExists] if there is an account with the
// ID; and with [ErrCustomerArchived].
func (s *Service) CreateAccount(ctx context.Context, scope admin.Scope, a Account) (Account, error) {
	if err := scope.Require(PermissionAccountsWrite); err != nil {
		return Account{}, err
	}
	return s.accountBook(scope).create(ctx, ActionCreateAccount, a)
}

// EditAccount changes the fields of an account that the edit gives. It fails with a
// [*admin.ValidationError] that lists everything that is wrong, with [admin.ErrConflict] for another
// version, and with [ErrArchived]. An account keeps an InvoiceCurrency that was archived since, but does not get one.
// An edit that changes nothing leaves the version as it is.
func (s *Service) EditAccount(
	ctx context.Context, scope admin.Scope, id string, version int64, e AccountEdit,
) (Account, error) {
	if err := scope.Require(PermissionAccountsWrite); err != nil {
		return Account{}, err
	}
	return s.accountBook(scope).edit(ctx, ActionUpdateAccount, id, version, &e)
}

// ArchiveAccount archives an account: it stays readable, cannot be changed until it is restored, and its
// aliases are free for others. Its schedules of price plans stay: end these first, or invoices may still
// follow from them. It fails with [admin.ErrConflict] for another version.
func (s *Service) ArchiveAccount(ctx context.Context, scope admin.Scope, id string, version int64) (Account, error) {
	if err := scope.Require(PermissionAccountsWrite); err != nil {
		return Account{}, err
	}
	return s.accountBook(scope).setStatus(ctx, ActionArchiveAccount, id, version, Archived, nil)
}

// RestoreAccount makes an archived account active again. It fails with [admin.ErrConflict] for another
// version, with [ErrCustomerArchived], and with a [*admin.ValidationError] if another account has got one
// of its aliases meanwhile.
func (s *Service) RestoreAccount(ctx context.Context, scope admin.Scope, id string, version int64) (Account, error) {
	if err := scope.Require(PermissionAccountsWrite); err != nil {
		return Account{}, err
	}
	return s.accountBook(scope).setStatus(ctx, ActionRestoreAccount, id, version, Active, nil)
}
