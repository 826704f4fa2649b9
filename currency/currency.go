package currency

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Status is whether an organization uses a currency for something new.
type Status string

// The statuses.
const (
	Active   Status = "ACTIVE"
	Archived Status = "ARCHIVED" // for nothing new; it still converts, and can be restored
)

// Currency is a currency that an organization uses.
type Currency struct {
	Code   iso4217.Code `json:"code"`
	Status Status       `json:"status"`
	// Rate is the number of units of the base currency that one unit of this currency is worth: with
	// base USD, EUR at 1.08 means 1 EUR = 1.08 USD. It is exact, above zero, below 10^12, and never
	// changes: it is the first rate, valid until the first that [Service.AddRate] adds. The rate of the base
	// currency is 1.
	Rate decimal.Decimal `json:"rate"`
	// Base reports whether this is the organization's base currency.
	Base      bool        `json:"base"`
	CreatedAt time.Time   `json:"createdAt,omitzero"`
	CreatedBy admin.Actor `json:"createdBy"`
	// ArchivedAt and ArchivedBy are set while the currency is Archived.
	ArchivedAt time.Time   `json:"archivedAt,omitzero"`
	ArchivedBy admin.Actor `json:"archivedBy,omitzero"`
}

// MarshalJSON writes the rate as a text, {"code":"EUR","status":"ACTIVE",…,"rate":"1.08"}, also
// if decimal.MarshalJSONWithoutQuotes is set. It fails for a rate out of the range of [admin.CheckDecimal].
func (c Currency) MarshalJSON() ([]byte, error) {
	type plain Currency
	rate, err := admin.DecimalText(c.Rate)
	if err != nil {
		return nil, fmt.Errorf("rate of %s: %w", c.Code, err)
	}
	return json.Marshal(struct {
		plain
		Rate string `json:"rate"`
	}{plain(c), rate})
}

var (
	// ErrNoBase is returned when the organization has no base currency yet; set it first.
	ErrNoBase = admin.NewError("no_base_currency", admin.ErrState, "no base currency is set")
	// ErrBaseSet is returned when a base currency is set already. It stays, because every rate is
	// relative to it.
	ErrBaseSet = admin.NewError("base_currency_set", admin.ErrExists,
		"the base currency is already set and cannot be changed")
	// ErrBaseFixed is returned for what would change the base currency: it is never archived, and its rate is 1.
	ErrBaseFixed = admin.NewError("base_currency_fixed", admin.ErrState,
		"the base currency stays in use, at a rate of 1")
	// ErrArchived is returned when a currency is archived; [Service.Restore] it first.
	ErrArchived = admin.NewError("currency_archived", admin.ErrState, "the currency is archived: restore it first")
	// ErrNotArchived is returned when a currency that is not archived is to be restored.
	ErrNotArchived = admin.NewError("currency_not_archived", admin.ErrState, "the currency is not archived")
)

// maxRate is the exclusive upper limit of a rate. Databases check the same limit, which also keeps
// their NaN and infinities out.
var maxRate = decimal.New(1, 12)

// check returns everything that is wrong with a currency to be saved.
func check(code iso4217.Code, rate decimal.Decimal) error {
	p := checkRate(code, rate)
	return p.Err()
}

func checkRate(code iso4217.Code, rate decimal.Decimal) (p admin.Problems) {
	iso4217.CheckMoney(&p, "/code", code)
	if err := admin.CheckDecimal(rate); err != nil {
		p.AddError("/rate", admin.CodeRange, err)
	} else if !rate.IsPositive() || !rate.LessThan(maxRate) {
		p.Add("/rate", admin.CodeRange,
			"%s is not a rate: one unit of the currency must be worth more than 0 and less than %s units of the base",
			rate, maxRate).With("max", maxRate)
	}
	return p
}
