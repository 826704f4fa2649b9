package customer

import (
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Record is a kind of record that this package keeps.
type Record interface{ Customer | Account }

// Format is how the text of a field is written.
type Format string

// The formats. A field of FormatNone is a list, an object or a status; see [Field.Text].
const (
	FormatNone     Format = ""
	FormatText     Format = "TEXT"     // Min to Max characters
	FormatID       Format = "ID"       // Min to Max characters, compared byte by byte
	FormatEmail    Format = "EMAIL"    // an address without a display name, of at most Max characters
	FormatCountry  Format = "COUNTRY"  // ISO 3166-1 alpha-2
	FormatCurrency Format = "CURRENCY" // ISO 4217
	FormatInteger  Format = "INTEGER"  // a whole number from Min to Max
)

// Field describes one field of a record. What checks, compares, stores or imports records goes by these
// descriptions, so that a field is named once.
type Field[T Record] struct {
	Name     string // in files and databases: "postal_code"
	Path     string // in JSON, as a JSON Pointer: "/address/postalCode"
	Format   Format
	Min, Max int64
	Required bool
	// Personal marks a field that is about a person if the customer is one, or about whom to write to. Its values can be
	// taken out of the audit trail ([admin.Change]).
	Personal bool
	of       func(*T) any
	check    func(p *admin.Problems, path string, r *T) // of FormatNone
	edit     func(edit any, into *T) bool               // nil for a field that is not edited by hand
}

// Of returns a pointer to the field's value in r: a *string, *[iso4217.Code], *[Status], **int, *[]string,
// *map[string]string, *[][Alias] or *[BillingInformation].
func (f Field[T]) Of(r *T) any { return f.of(r) }

// SetText sets the field of r from its text; an empty text is no value. It fails for a FormatInteger that is not a
// whole number, and for a FormatNone that is not as [Field.Text] writes it.
func (f Field[T]) SetText(r *T, text string) error {
	switch v := f.of(r).(type) {
	case *string:
		*v = text
	case *iso4217.Code:
		*v = iso4217.Code(text)
	case **int:
		*v = nil
		if text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return fmt.Errorf("%s: %q is not a whole number: %w", f.Name, admin.Clip(text), admin.ErrInvalid)
			}
			*v = &n
		}
	default:
		return f.setParts(r, text)
	}
	return nil
}

// copyField copies the value at one pointer that Field.Of returned to another of the same type. What is
// behind it stays shared: values of records are replaced, never changed in place.
func copyField(to, from any) {
	switch to := to.(type) {
	case *string:
		*to = *from.(*string)
	case *iso4217.Code:
		*to = *from.(*iso4217.Code)
	case *Status:
		*to = *from.(*Status)
	case **int:
		*to = *from.(**int)
	case *[]string:
		*to = *from.(*[]string)
	case *map[string]string:
		*to = *from.(*map[string]string)
	case *[]Alias:
		*to = *from.(*[]Alias)
	case *BillingInformation:
		*to = *from.(*BillingInformation)
	}
}

// detach has the value at a pointer that Field.Of returned share nothing with others.
func detach(value any) {
	switch v := value.(type) {
	case **int:
		if *v != nil {
			n := **v
			*v = &n
		}
	case *[]string:
		*v = slices.Clone(*v)
	case *map[string]string:
		*v = maps.Clone(*v)
	case *[]Alias:
		*v = slices.Clone(*v)
	case *BillingInformation:
		v.EmailRecipients = slices.Clone(v.EmailRecipients)
		v.AdditionalEmailRecipients = slices.Clone(v.AdditionalEmailRecipients)
	}
}

// sameField reports whether the values at two pointers that Field.Of returned are equal.
func sameField(a, b any) bool {
	switch a := a.(type) {
	case *string:
		return *a == *b.(*string)
	case *iso4217.Code:
		return *a == *b.(*iso4217.Code)
	case *Status:
		return *a == *b.(*Status)
	case **int:
		b := b.(**int)
		return *a == *b || (*a != nil && *b != nil && **a == **b)
	case *[]string:
		return slices.Equal(*a, *b.(*[]string))
	case *map[string]string:
		return maps.Equal(*a, *b.(*map[string]string))
	case *[]Alias:
		return slices.EqualFunc(*a, *b.(*[]Alias), func(a, b Alias) bool {
			return a.Value == b.Value && a.EffectiveFrom.Equal(b.EffectiveFrom) && a.EffectiveUntil.Equal(b.EffectiveUntil)
		})
	case *BillingInformation:
		b := b.(*BillingInformation)
		return slices.Equal(a.EmailRecipients, b.EmailRecipients) &&
			slices.Equal(a.AdditionalEmailRecipients, b.AdditionalEmailRecipients)
	}
	return false
}
