package customer

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Audit actions.
const (
	ActionCreate         admin.Action = "customer.create"
	ActionUpdate         admin.Action = "customer.update"
	ActionArchive        admin.Action = "customer.archive"
	ActionRestore        admin.Action = "customer.restore"
	ActionCreateAccount  admin.Action = "account.create"
	ActionUpdateAccount  admin.Action = "account.update"
	ActionArchiveAccount admin.Action = "account.archive"
	ActionRestoreAccount admin.Action = "account.restore"
	ActionErase          admin.Action = "customer.erase" // with its accounts
	ActionEraseAccount   admin.Action = "account.erase"
)

// Ports are the stores of a Service. Customers and Accounts are needed.
type Ports struct {
	Customers Store
	Accounts  AccountStore
	// Currencies, if set, refuses invoice currencies in which an organization starts nothing new.
	Currencies iso4217.Uses

	// Audit and Jobs have what [Service.Erase] erases besides, which fails without Audit. Without Jobs and ImportedRows
	// it leaves what imports keep.
	Audit admin.AuditStore
	Jobs  job.Store
	// ImportedRows returns the rows of imports that keep values of a customer and of accounts: what was there before,
	// and rows that failed.
	ImportedRows func(ctx context.Context, org admin.OrgID, customer string, accounts []string) ([]job.Rows, error)
	// Atomically runs fn with the stores of a transaction, which commits when fn returns nil; it may run fn again. nil
	// means that the ports are those of a transaction already.
	Atomically job.Atomically[Ports]
}

// Options of a Service; the zero value is ready.
type Options struct {
	admin.Runtime
}

// Service keeps customers and their billing accounts. It is safe for concurrent use.
//
// Methods about customers require [PermissionRead] or [PermissionWrite], those about accounts
// [PermissionAccountsRead] or [PermissionAccountsWrite].
type Service struct {
	ports Ports
	*core
}

// core is what services over different ports share.
type core struct {
	runtime   admin.Runtime
	customers *Table[Customer]
	accounts  *Table[Account]
}

// NewService returns a Service over ports. A port that is missing is [admin.ErrInvalid].
func NewService(p Ports, o Options) (*Service, error) {
	var missing admin.Problems
	if p.Customers == nil {
		missing.Add("/customers", admin.CodeRequired, "is required: give a store of customers")
	}
	if p.Accounts == nil {
		missing.Add("/accounts", admin.CodeRequired, "is required: give a store of accounts")
	}
	if err := missing.Err(); err != nil {
		return nil, err
	}
	return &Service{ports: p, core: &core{runtime: o.WithDefaults(), customers: Customers(), accounts: Accounts()}}, nil
}

// In returns the service over other ports, those of a transaction for example. It shares all else.
func (s *Service) In(p Ports) *Service { return &Service{ports: p, core: s.core} }

// book is what the methods for customers and those for accounts go by.
func (s *Service) book(scope admin.Scope) book[Customer] {
	return book[Customer]{Table: s.customers, runtime: s.runtime, scope: scope, store: s.ports.Customers}
}

// Get returns a customer, or [admin.ErrNotFound].
func (s *Service) Get(ctx context.Context, scope admin.Scope, id string) (Customer, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return Customer{}, err
	}
	return s.ports.Customers.Get(ctx, scope.Org(), id)
}

// List pages through the customers that match, in ascending byte order of ID.
func (s *Service) List(ctx context.Context, scope admin.Scope, f Filter, q admin.Query) (admin.Page[Customer], error) {
	if err := scope.Require(PermissionRead); err != nil {
		return admin.Page[Customer]{}, err
	}
	if err := checkFilter(f.Status, f.Text, Active, Archived, Erased); err != nil {
		return admin.Page[Customer]{}, err
	}
	return admin.Paginate(scope.Org(), fmt.Sprintf("customers %q %q", f.Status, f.Text), q,
		func(seek admin.Seek[string]) ([]Customer, error) {
			return s.ports.Customers.List(ctx, scope.Org(), f, seek)
		},
		func(c Customer) string { return c.ID })
}

// All returns every customer that matches, in ascending byte order of ID.
func (s *Service) All(ctx context.Context, scope admin.Scope, f Filter) iter.Seq2[Customer, error] {
	return admin.All(func(q admin.Query) (admin.Page[Customer], error) { return s.List(ctx, scope, f, q) })
}

// Count returns how many customers match.
func (s *Service) Count(ctx context.Context, scope admin.Scope, f Filter) (int64, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return 0, err
	}
	if err := checkFilter(f.Status, f.Text, Active, Archived, Erased); err != nil {
		return 0, err
	}
	return s.ports.Customers.Count(ctx, scope.Org(), f)
}

// Create adds a customer, whose ID the caller chooses. Status, CreatedAt, UpdatedAt and Version are left
// zero: the customer is active. It fails with a [*admin.ValidationError] that lists everything that is
// wrong, and with [admin.ErrExists] if there is a customer with the ID.
func (s *Service) Create(ctx context.Context, scope admin.Scope, c Customer) (Customer, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Customer{}, err
	}
	return s.book(scope).create(ctx, ActionCreate, c)
}

// Edit changes the fields of a customer that the edit gives. It fails with a [*admin.ValidationError]
// that lists everything that is wrong, with [admin.ErrConflict] for another version, and with
// [ErrArchived]. An edit that changes nothing leaves the version as it is.
func (s *Service) Edit(ctx context.Context, scope admin.Scope, id string, version int64, e Edit) (Customer, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Customer{}, err
	}
	return s.book(scope).edit(ctx, ActionUpdate, id, version, &e)
}

// ArchiveInput is how a customer is archived.
type ArchiveInput struct {
	// Accounts archives the customer's accounts too, which also requires PermissionAccountsWrite. At most
	// MaxArchived go together with a customer.
	Accounts bool `json:"accounts,omitempty"`
}

// MaxArchived is how many accounts can be archived together with their customer.
const MaxArchived = 1000

// Archive archives a customer: it stays readable, cannot be changed until it is restored, and gets no new
// accounts. A customer with accounts that are not archived is refused with [ErrHasAccounts], which names
// them, unless the input archives them too. Accounts keep their schedules of price plans:
// end these first, or invoices may still follow from them.
func (s *Service) Archive(
	ctx context.Context, scope admin.Scope, id string, version int64, in ArchiveInput,
) (Customer, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Customer{}, err
	}
	if in.Accounts {
		if err := scope.Require(PermissionAccountsWrite); err != nil {
			return Customer{}, err
		}
	}
	const turns = 5 // an account may be created at the same moment
	for turn := 1; ; turn++ {
		var accounts []string
		if in.Accounts {
			var err error
			if accounts, err = s.openAccounts(ctx, scope.Org(), id); err != nil {
				return Customer{}, err
			}
		}
		c, err := s.book(scope).setStatus(ctx, ActionArchive, id, version, Archived, accounts)
		if !in.Accounts || !errors.Is(err, ErrHasAccounts) || turn == turns {
			return c, err
		}
	}
}

// openAccounts returns the ids of a customer's accounts that are not archived.
func (s *Service) openAccounts(ctx context.Context, org admin.OrgID, id string) ([]string, error) {
	var out []string
	for _, status := range []Status{Active, Draft} {
		seek := admin.Seek[string]{Limit: MaxArchived + 1 - len(out)}
		found, err := s.ports.Accounts.List(ctx, org, AccountFilter{CustomerID: id, Status: status}, seek)
		if err != nil {
			return nil, err
		}
		for _, a := range found {
			out = append(out, a.ID)
		}
		if len(out) > MaxArchived {
			return nil, fmt.Errorf("customer %q has more than %d accounts that are not archived: %w", admin.Clip(id),
				MaxArchived, ErrHasAccounts)
		}
	}
	return out, nil
}

// Restore makes an archived customer active again. Its accounts stay archived. It fails with
// [admin.ErrConflict] for another version.
func (s *Service) Restore(ctx context.Context, scope admin.Scope, id string, version int64) (Customer, error) {
	if err := scope.Require(PermissionWrite); err != nil {
		return Customer{}, err
	}
	return s.book(scope).setStatus(ctx, ActionRestore, id, version, Active, nil)
}

// checkFilter refuses a filter that nothing could match.
func checkFilter(status Status, contains string, statuses ...Status) error {
	var p admin.Problems
	if status != "" {
		checkStatusIn(&p, status, statuses)
	}
	if n := len([]rune(contains)); n > maxEmail {
		p.Add("/text", admin.CodeTooLong, "%d characters are too many to look for: give at most %d", n,
			maxEmail).With("max", maxEmail)
	}
	return p.Err()
}
