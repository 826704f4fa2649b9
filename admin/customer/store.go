package customer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// Store keeps customers.
type Store interface {
	// Apply makes changes, which are about different customers, as [Table.Decide] decides, and returns
	// what became of each, in the same order. A change that the storage refuses by a rule of its own has
	// ReasonStorage and does not keep the others out. The accounts that a change names are archived
	// together with its customer. The number of statements does not depend on the number of changes. rec
	// is written if anything was created, updated or removed, and only then. An error means that nothing was
	// changed.
	Apply(ctx context.Context, org admin.OrgID, changes []Change[Customer], rec admin.Record) ([]Outcome[Customer], error)

	// Get returns the customer, or admin.ErrNotFound. IDs compare byte by byte.
	Get(ctx context.Context, org admin.OrgID, id string) (Customer, error)

	// List returns at most seek.Limit customers that match, in ascending byte order of ID, with an ID
	// above seek.After. A filter by text reads the customers in that order until the page is full, so
	// that a rare text takes time in proportion to the customers of the organization.
	List(ctx context.Context, org admin.OrgID, f Filter, seek admin.Seek[string]) ([]Customer, error)

	// Count returns how many customers match. It reads all that match, and by a text all that there are.
	Count(ctx context.Context, org admin.OrgID, f Filter) (int64, error)

	// Find returns the customers that are not archived and have one of the values, which are different, in a field, in
	// order of value and id by bytes. Values compare byte by byte. The number of statements does not depend on the
	// number of values, up to some hundreds.
	Find(ctx context.Context, org admin.OrgID, by FindBy, values []string) ([]Found, error)
}

// FindBy is a field that customers are found by.
type FindBy string

// The fields, as in files.
const (
	ByName  FindBy = "name"
	ByEmail FindBy = "primary_email"
)

// Found is a customer that has a value.
type Found struct {
	Value string
	ID    string
}

// Sort puts what was found in order of value and id.
func Sort(found []Found) {
	slices.SortFunc(found, func(a, b Found) int {
		return cmp.Or(strings.Compare(a.Value, b.Value), strings.Compare(a.ID, b.ID))
	})
}

// Filter narrows a list of customers; zero fields do not narrow.
type Filter struct {
	Status Status `json:"status,omitempty"`
	// Text is contained in the id, the name or the e-mail address, regardless of capitals and accents.
	Text string `json:"text,omitempty"`
}

// AccountStore keeps accounts.
type AccountStore interface {
	// Apply is that of [Store] for accounts. An alias is given to one account at a time at most, also by
	// calls at the same moment, and an account that is not archived has a customer that is not either.
	Apply(ctx context.Context, org admin.OrgID, changes []Change[Account], rec admin.Record) ([]Outcome[Account], error)

	// Get returns the account, or admin.ErrNotFound. IDs compare byte by byte.
	Get(ctx context.Context, org admin.OrgID, id string) (Account, error)

	// List is that of [Store] for accounts.
	List(ctx context.Context, org admin.OrgID, f AccountFilter, seek admin.Seek[string]) ([]Account, error)

	// Count is that of [Store] for accounts.
	Count(ctx context.Context, org admin.OrgID, f AccountFilter) (int64, error)
}

// AccountFilter narrows a list of accounts; zero fields do not narrow.
type AccountFilter struct {
	CustomerID string `json:"customerId,omitempty"`
	Status     Status `json:"status,omitempty"`
	// Text is contained in the id, the name or the e-mail address, regardless of capitals and accents.
	Text string `json:"text,omitempty"`
}
