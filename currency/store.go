package currency

import (
	"context"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Filter narrows a list of currencies. The zero Filter is all of them.
type Filter struct {
	Status Status `json:"status,omitempty"`
}

// Archival is when and by whom a currency was archived.
type Archival struct {
	At time.Time
	By admin.Actor
}

// Store keeps an organization's currencies. It has no method that changes or removes a rate: a saved
// rate stays, because reports were made with it. Adapters over a database let the schema refuse it, and a rate
// that is valid from before it was saved.
type Store interface {
	// Create adds c, which is Active, together with its audit record, or neither. It fails with
	// [admin.ErrExists] if the code is taken, by an archived currency too, or if c is a second base currency.
	Create(ctx context.Context, org admin.OrgID, c Currency, rec admin.Record) error

	// Get returns the currency, or [admin.ErrNotFound]. Codes compare byte by byte.
	Get(ctx context.Context, org admin.OrgID, code iso4217.Code) (Currency, error)

	// Base returns the base currency, or [admin.ErrNotFound] if none is set.
	Base(ctx context.Context, org admin.OrgID) (Currency, error)

	// List returns at most seek.Limit currencies that match f, in ascending order of code, with a code above
	// seek.After. An organization has at most as many as ISO 4217, so f may be checked one by one.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[string]) ([]Currency, error)

	// Archive makes a currency Archived, together with the audit record, or neither. It fails with
	// [admin.ErrNotFound] for one that the organization does not have, and with [admin.ErrExists] for one that
	// is archived. The caller has checked that it is not the base.
	Archive(ctx context.Context, org admin.OrgID, code iso4217.Code, a Archival, rec admin.Record) error

	// Restore makes an archived currency Active, together with the audit record, or neither. It fails with
	// [admin.ErrNotFound] if there is no archived currency of that code.
	Restore(ctx context.Context, org admin.OrgID, code iso4217.Code, rec admin.Record) error

	// AddRate adds another rate of a currency together with its audit record, or neither. It fails with
	// [admin.ErrInvalid] for one that is valid from before it was created or whose Number is below 2, with
	// [admin.ErrNotFound] for a currency that the organization does not have, and with [admin.ErrConflict] if
	// there is a rate with its Number. The caller has checked that the currency is not the base.
	AddRate(ctx context.Context, org admin.OrgID, r Rate, rec admin.Record) error

	// Rates returns at most seek.Limit of the rates that AddRate added to a currency, in descending order of
	// Number, with a Number below seek.After, or from the highest if that is 0.
	Rates(ctx context.Context, org admin.OrgID, code iso4217.Code, seek admin.Seek[int64]) ([]Rate, error)

	// RatesAt returns every currency in ascending order of code, archived ones too, with the rate that is valid at
	// an instant, in a constant number of statements.
	RatesAt(ctx context.Context, org admin.OrgID, at time.Time) ([]Valued, error)

	// RateAt returns one currency with the rate that is valid at an instant, or [admin.ErrNotFound].
	RateAt(ctx context.Context, org admin.OrgID, code iso4217.Code, at time.Time) (Valued, error)
}
