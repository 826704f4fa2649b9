package customer

import (
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
	"github.com/admincenter/admincenter/internal/text"
)

var (
	// ErrArchived is returned when a customer or an account that is to be changed is archived.
	ErrArchived = admin.NewError("archived", admin.ErrState, "restore it first")
	// ErrCustomerArchived is returned when an account is to be created or restored whose customer is
	// archived.
	ErrCustomerArchived = admin.NewError("customer_archived", admin.ErrState, "restore the customer first")
	// ErrErased is returned for a customer or an account that was erased: it cannot be changed any more, and a
	// customer gets no accounts.
	ErrErased = admin.NewError("erased", admin.ErrState, "it was erased, which cannot be undone")
	// ErrNotArchived is returned when a customer or an account is to be erased that is not archived.
	ErrNotArchived = admin.NewError("not_archived", admin.ErrState, "archive it first")
	// ErrHasAccounts is returned when a customer is to be archived who has accounts that are not.
	ErrHasAccounts = admin.NewError("customer_has_accounts", admin.ErrState,
		"archive them first, or together with the customer")
)

// refusal returns the error of a change that was refused.
func refusal[T Record](t *Table[T], o Outcome[T]) error {
	var p admin.Problems
	o.Detail = text.Visible(o.Detail) // a host's store may quote what it has
	switch o.Reason {
	case ReasonExists:
		return admin.Exists(t.noun)
	case ReasonNotFound:
		return admin.NotFound(t.noun)
	case ReasonConflict:
		return admin.Conflict(t.noun)
	case ReasonArchived:
		return fmt.Errorf("%s: %w", o.Detail, ErrArchived)
	case ReasonErased:
		return fmt.Errorf("%s: %w", o.Detail, ErrErased)
	case ReasonNotArchived:
		return fmt.Errorf("%s: %w", o.Detail, ErrNotArchived)
	case ReasonCustomerArchived:
		return fmt.Errorf("%s: %w", o.Detail, ErrCustomerArchived)
	case ReasonHasAccounts:
		return fmt.Errorf("%s: %w", o.Detail, ErrHasAccounts)
	case ReasonRelationNotFound:
		p.Add(t.path(o.Field), admin.CodeUnknown, "%s: create the customer first", o.Detail)
	case ReasonCurrencyUnused:
		p.Add(t.path(o.Field), string(iso4217.Unused), "%s", o.Detail)
	case ReasonCurrencyArchived:
		p.Add(t.path(o.Field), string(iso4217.Archived), "%s", o.Detail)
	case ReasonAliasTaken:
		p.Add(t.path(o.Field), admin.CodeDuplicate, "%s: end it there first", o.Detail)
	default:
		return fmt.Errorf("%s: %s: %w", t.noun, o.Detail, admin.ErrInvalid)
	}
	return p.Err()
}

// path is the JSON Pointer to the field with a name.
func (t *Table[T]) path(name string) string {
	if i := t.index(name); i >= 0 {
		return t.fields[i].Path
	}
	return ""
}
