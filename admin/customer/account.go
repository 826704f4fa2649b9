package customer

import (
	"time"

	"github.com/admincenter/admincenter/currency/iso4217"
)

// Account is one billing account of a customer.
type Account struct {
	ID         string `json:"id"`         // 1 to 50 characters, compared byte by byte; never changes
	Name       string `json:"name"`       // 3 to 255 characters
	CustomerID string `json:"customerId"` // the ID of a Customer
	// InvoiceCurrency is empty for the organization's base currency.
	InvoiceCurrency iso4217.Code `json:"invoiceCurrency,omitempty"`
	// Aliases are at most MaxAliases other names of the account, for usage events for example.
	Aliases []Alias `json:"aliases,omitempty"`
	// NetTermDays is how many days after its date an invoice is due, 0 to 3650; nil means the
	// organization's default.
	NetTermDays        *int `json:"netTermDays,omitempty"`
	Address            `json:"address,omitzero"`
	PrimaryEmail       string             `json:"primaryEmail,omitempty"` // at most 320 characters
	BillingInformation BillingInformation `json:"billingInformation,omitzero"`
	// Metadata are the host's own fields, by name. The limits are MaxMetadata and its siblings.
	Metadata  map[string]string `json:"metadata,omitempty"`
	Tags      []string          `json:"tags,omitempty"` // at most MaxTags, in lower case, each once
	Status    Status            `json:"status"`
	CreatedAt time.Time         `json:"createdAt,omitzero"`
	UpdatedAt time.Time         `json:"updatedAt,omitzero"`
	Version   int64             `json:"version"`
	// RestoredVersion is the Version whose values the record has again since an undo gave them back
	// (Change.Restores); 0 if it was not restored, or has changed since. It is for undoing what was done before.
	RestoredVersion int64 `json:"-"`
}

// Alias is another name of an account, for a time. At any instant one account at most of those in an
// organization that are not archived has it.
type Alias struct {
	Value          string    `json:"value"`                   // 1 to 50 characters, compared byte by byte
	EffectiveFrom  time.Time `json:"effectiveFrom,omitzero"`  // zero means always before EffectiveUntil
	EffectiveUntil time.Time `json:"effectiveUntil,omitzero"` // exclusive; zero means without end
}

// Overlaps reports whether a and b are the same value at some instant.
func (a Alias) Overlaps(b Alias) bool {
	before := func(from, until time.Time) bool { return until.IsZero() || from.Before(until) }
	return a.Value == b.Value && before(a.EffectiveFrom, b.EffectiveUntil) && before(b.EffectiveFrom, a.EffectiveUntil)
}

// BillingInformation is who gets an account's invoices: at most MaxRecipients addresses in each list, of
// at most 320 characters each.
type BillingInformation struct {
	EmailRecipients           []string `json:"emailRecipients,omitempty"`
	AdditionalEmailRecipients []string `json:"additionalEmailRecipients,omitempty"`
}

// AccountEdit is a change of an account by hand. A field that is not set stays as it is.
type AccountEdit struct {
	Name            Optional[string]       `json:"name,omitzero"`
	InvoiceCurrency Optional[iso4217.Code] `json:"invoiceCurrency,omitzero"` // empty for the base currency
	// Aliases, BillingInformation, Metadata and Tags replace all that there is.
	Aliases            Optional[[]Alias]            `json:"aliases,omitzero"`
	NetTermDays        Optional[*int]               `json:"netTermDays,omitzero"` // nil for the default
	Address            AddressEdit                  `json:"address,omitzero"`
	PrimaryEmail       Optional[string]             `json:"primaryEmail,omitzero"`
	BillingInformation Optional[BillingInformation] `json:"billingInformation,omitzero"`
	Metadata           Optional[map[string]string]  `json:"metadata,omitzero"`
	Tags               Optional[[]string]           `json:"tags,omitzero"`
	Status             Optional[Status]             `json:"status,omitzero"` // Active or Draft
}
