package currency

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Rate is one of the rates of a currency. None ever changes: a correction is another one, valid from later.
// Valid at an instant is the one with the latest ValidFrom that is not after it, and of several such the one with
// the highest Number, which was saved last.
type Rate struct {
	Code   iso4217.Code `json:"code"`
	Number int64        `json:"number"` // 1 for the one that the currency was added with, then 2, 3, …
	// Rate is the number of units of the base currency that one unit is worth, as [Currency.Rate].
	Rate decimal.Decimal `json:"rate"`
	// ValidFrom is never before CreatedAt, so that no rate changes what was converted before it was saved. It is
	// zero for the first rate, which is valid from always.
	ValidFrom time.Time   `json:"validFrom,omitzero"`
	CreatedAt time.Time   `json:"createdAt,omitzero"`
	CreatedBy admin.Actor `json:"createdBy"`
}

// MarshalJSON writes the rate as a text, as [Currency.MarshalJSON] does.
func (r Rate) MarshalJSON() ([]byte, error) {
	type plain Rate
	rate, err := admin.DecimalText(r.Rate)
	if err != nil {
		return nil, fmt.Errorf("rate of %s: %w", r.Code, err)
	}
	return json.Marshal(struct {
		plain
		Rate string `json:"rate"`
	}{plain(r), rate})
}

// RateInput is another rate for a currency.
type RateInput struct {
	// Rate is the number of units of the base currency that one unit is worth, above 0 and below 10^12.
	Rate decimal.Decimal `json:"rate"`
	// ValidFrom is when it begins to be valid: in the future, up to the year 9999, or zero for now.
	ValidFrom time.Time `json:"validFrom,omitzero"`
	// Confirmed saves a rate that is far off; see [FarOffError].
	Confirmed bool `json:"confirmed,omitempty"`
}

// MarshalJSON writes the rate as a text, as [Currency.MarshalJSON] does.
func (in RateInput) MarshalJSON() ([]byte, error) {
	type plain RateInput
	rate, err := admin.DecimalText(in.Rate)
	if err != nil {
		return nil, fmt.Errorf("rate: %w", err)
	}
	return json.Marshal(struct {
		plain
		Rate string `json:"rate"`
	}{plain(in), rate})
}

// Valued is a currency with the rate that is valid at an instant.
type Valued struct {
	Currency Currency
	Rate     decimal.Decimal
}

// checkInstant returns an instant as rates are kept and looked up, and adds a problem for the zero one and one that
// RFC 3339 cannot write.
func checkInstant(p *admin.Problems, path string, at time.Time) time.Time {
	switch {
	case at.IsZero():
		p.Add(path, admin.CodeRequired, "is required: give an instant")
	case at.UTC().Year() < 1 || at.UTC().Year() > 9999:
		p.Add(path, admin.CodeRange, "is in the year %d: give an instant of the years 1 to 9999", at.UTC().Year())
	}
	return admin.Instant(at)
}
