package customer

import "time"

// Status of a customer or an account.
type Status string

// The statuses, which are Togai's. Imports make what they create active.
const (
	Active   Status = "ACTIVE"
	Archived Status = "ARCHIVED"
)

// Address is where a customer or an account is. Every part may be empty.
type Address struct {
	PhoneNumber string `csv:"phone_number"`
	Line1       string `csv:"line1"`
	Line2       string `csv:"line2"`
	PostalCode  string `csv:"postal_code"`
	City        string `csv:"city"`
	State       string `csv:"state"`
	Country     string `csv:"country"` // ISO 3166 alpha-2
}

// Customer is one customer of the organization, as the included store keeps it.
type Customer struct {
	ID           string `csv:"id"`            // 1 to 50 characters, compared byte by byte
	Name         string `csv:"name"`          // 3 to 255 characters
	PrimaryEmail string `csv:"primary_email"` // empty where an import was told that it is optional
	Address      `csv:",inline"`
	Status       Status            `csv:"-"`
	Extra        map[string]string `csv:"-"` // the host's own fields, by name; nil where there are none
	CreatedAt    time.Time         `csv:"-"`
	UpdatedAt    time.Time         `csv:"-"`
	Version      int64             `csv:"-"` // 1 when created, +1 with every change
}

// Account is one billing account of a customer, as the included store keeps it.
type Account struct {
	ID              string `csv:"id"`               // 1 to 50 characters, compared byte by byte
	Name            string `csv:"name"`             // 3 to 255 characters
	CustomerID      string `csv:"customer_id"`      // a Customer's ID
	InvoiceCurrency string `csv:"invoice_currency"` // ISO 4217; empty means the organization's base currency
	PrimaryEmail    string `csv:"primary_email"`    // may be empty
	// NetTermDays is how many days after its date an invoice is due; nil means the
	// organization's default.
	NetTermDays *int `csv:"net_term_days"`
	Address     `csv:",inline"`
	Status      Status            `csv:"-"`
	Extra       map[string]string `csv:"-"` // the host's own fields, by name; nil where there are none
	CreatedAt   time.Time         `csv:"-"`
	UpdatedAt   time.Time         `csv:"-"`
	Version     int64             `csv:"-"` // 1 when created, +1 with every change
}
