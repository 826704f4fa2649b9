package currency

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Store keeps an organization's currencies. There is no method that changes or removes one: a
// saved rate stays, because reports were made with it. Adapters over a database refuse it there
// too.
type Store interface {
	// Create adds c together with its audit record, or neither. A code that is taken, or a second
	// base currency, is admin.ErrExists.
	Create(ctx context.Context, org admin.OrgID, c Currency, rec admin.Record) error

	// Get returns the currency, or admin.ErrNotFound. Codes compare byte by byte.
	Get(ctx context.Context, org admin.OrgID, code iso4217.Code) (Currency, error)

	// Base returns the base currency, or admin.ErrNotFound where none is set.
	Base(ctx context.Context, org admin.OrgID) (Currency, error)

	// List returns at most seek.Limit currencies in ascending order of code, with a code above
	// seek.After.
	List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]Currency, error)
}
