package customer

import "time"

// Status is whether a customer or an account is in use. The names are Togai's.
type Status string

// The statuses. A customer is active or archived; a draft is an account that is not billed yet.
const (
	Active   Status = "ACTIVE"
	Draft    Status = "DRAFT"
	Archived Status = "ARCHIVED"
	Erased   Status = "ERASED" // what was about a person is gone for good; see [Service.Erase]
)

// Address is where a customer or an account is. Every part may be empty and has at most 255 characters.
type Address struct {
	PhoneNumber string `json:"phoneNumber,omitempty"`
	Line1       string `json:"line1,omitempty"`
	Line2       string `json:"line2,omitempty"`
	PostalCode  string `json:"postalCode,omitempty"`
	City        string `json:"city,omitempty"`
	State       string `json:"state,omitempty"`
	Country     string `json:"country,omitempty"` // ISO 3166-1 alpha-2, such as "DE"
}

// Customer is one customer of an organization.
type Customer struct {
	ID   string `json:"id"`   // 1 to 50 characters, compared byte by byte; never changes
	Name string `json:"name"` // 3 to 255 characters
	// PrimaryEmail has at most 320 characters. It is empty only if an import was allowed to leave it out.
	PrimaryEmail string `json:"primaryEmail,omitempty"`
	Address      `json:"address,omitzero"`
	// Metadata are the host's own fields, by name. Togai keeps them with accounts only; a customer has
	// them too, so that what an import brings has one place. The limits are MaxMetadata and its siblings.
	Metadata  map[string]string `json:"metadata,omitempty"`
	Status    Status            `json:"status"` // Active, Archived or Erased
	CreatedAt time.Time         `json:"createdAt,omitzero"`
	UpdatedAt time.Time         `json:"updatedAt,omitzero"`
	Version   int64             `json:"version"`
	// RestoredVersion is the Version whose values the record has again since an undo gave them back
	// (Change.Restores); 0 if it was not restored, or has changed since. It is for undoing what was done before.
	RestoredVersion int64 `json:"-"`
}

// Edit is a change of a customer by hand. A field that is not set stays as it is.
//
//	customer.Edit{Name: customer.Set("Acme Ltd")}
type Edit struct {
	Name         Optional[string] `json:"name,omitzero"`
	PrimaryEmail Optional[string] `json:"primaryEmail,omitzero"`
	Address      AddressEdit      `json:"address,omitzero"`
	// Metadata replaces all of it, as Togai does; an empty map removes all of it.
	Metadata Optional[map[string]string] `json:"metadata,omitzero"`
}

// AddressEdit is a change of an address, part by part. An empty text empties a part.
type AddressEdit struct {
	PhoneNumber Optional[string] `json:"phoneNumber,omitzero"`
	Line1       Optional[string] `json:"line1,omitzero"`
	Line2       Optional[string] `json:"line2,omitzero"`
	PostalCode  Optional[string] `json:"postalCode,omitzero"`
	City        Optional[string] `json:"city,omitzero"`
	State       Optional[string] `json:"state,omitzero"`
	Country     Optional[string] `json:"country,omitzero"`
}
