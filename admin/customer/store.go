package customer

import (
	"context"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps customers.
type Store interface {
	// Get returns the customer, or admin.ErrNotFound. IDs compare byte by byte.
	Get(ctx context.Context, org admin.OrgID, id string) (Customer, error)

	// List returns at most seek.Limit customers in ascending byte order of ID, with an ID above
	// seek.After.
	List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]Customer, error)
}

// AccountStore keeps accounts.
type AccountStore interface {
	// Get returns the account, or admin.ErrNotFound. IDs compare byte by byte.
	Get(ctx context.Context, org admin.OrgID, id string) (Account, error)

	// List returns at most seek.Limit accounts that match, in ascending byte order of ID, with an
	// ID above seek.After.
	List(ctx context.Context, org admin.OrgID, f AccountFilter, seek admin.Seek[string]) ([]Account, error)
}

// AccountFilter narrows a list of accounts; zero fields do not narrow.
type AccountFilter struct {
	CustomerID string
}
