package currency

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Store keeps an organization's currencies. It has no method that changes or removes one: a saved
// rate stays, because reports were made with it. Adapters over a database let the schema refuse it.
type Store interface {
	// Create adds c together with its audit record, or neither. It fails with [admin.ErrExists] if
	// the code is taken, or if c is a second base currency.
	Create(ctx context.Context, org admin.OrgID, c Currency, rec admin.Record) error

	// Get returns the currency, or [admin.ErrNotFound]. Codes compare byte by byte.
	Get(ctx context.Context, org admin.OrgID, code iso4217.Code) (Currency, error)

	// Base returns the base currency, or [admin.ErrNotFound] if none is set.
	Base(ctx context.Context, org admin.OrgID) (Currency, error)

	// List returns at most seek.Limit currencies in ascending order of code, with a code above
	// seek.After.
	List(ctx context.Context, org admin.OrgID, seek admin.Seek[string]) ([]Currency, error)
}
