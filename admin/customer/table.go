package customer

import (
	"fmt"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// Head is what every record has besides its fields.
type Head struct {
	ID        *string
	Status    *Status
	CreatedAt *time.Time
	UpdatedAt *time.Time
	Version   *int64
	Restored  *int64 // the RestoredVersion
}

// Table describes a kind of record: its noun and its fields, the id first. It is immutable.
type Table[T Record] struct {
	noun   string
	fields []Field[T]
	head   func(*T) Head
	search func(*T) string
	// metadata and owner are the places of these fields; owner is -1 for customers.
	metadata, owner int
}

// Noun is "customer" or "account".
func (t *Table[T]) Noun() string { return t.noun }

// Fields returns the descriptions of all fields, the id first. The caller must not change them.
func (t *Table[T]) Fields() []Field[T] { return t.fields }

// Head returns pointers to what r has besides its fields.
func (t *Table[T]) Head(r *T) Head { return t.head(r) }

// Search returns the text in which a list looks for what its filter names; see [Fold].
func (t *Table[T]) Search(r *T) string { return Fold(t.search(r)) }

// Clone returns a copy of r that shares nothing with it.
func (t *Table[T]) Clone(r T) T {
	for _, f := range t.fields {
		detach(f.of(&r))
	}
	return r
}

// Mask is a set of a table's fields.
type Mask uint64

// Mask returns the set of the fields with these names. An unknown name is admin.ErrInvalid.
func (t *Table[T]) Mask(names ...string) (Mask, error) {
	var m Mask
	for _, name := range names {
		i := t.index(name)
		if i < 0 {
			return 0, fmt.Errorf("%s has no field %q: %w", t.noun, admin.Clip(name), admin.ErrInvalid)
		}
		m |= 1 << i
	}
	return m, nil
}

// All returns the set of all fields.
func (t *Table[T]) All() Mask { return 1<<len(t.fields) - 1 }

func (t *Table[T]) index(name string) int {
	for i, f := range t.fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// with makes a Field of a description and the places of its value in the record and in an edit; edit is
// nil for a field that is not edited by hand.
func with[T Record, E, V any](f Field[T], of func(*T) *V, edit func(*E) *Optional[V]) Field[T] {
	f.of = func(r *T) any { return of(r) }
	if edit != nil {
		f.edit = func(e any, into *T) bool {
			o := edit(e.(*E))
			if o.Given {
				*of(into) = o.Value
			}
			return o.Given
		}
	}
	return f
}

// Customers returns the description of customers.
func Customers() *Table[Customer] {
	type (
		field = Field[Customer]
		edit  = func(*Edit) *Optional[string]
	)
	fields := []field{
		with(field{Name: "id", Path: "/id", Format: FormatID, Required: true, Min: 1, Max: admin.MaxID},
			func(c *Customer) *string { return &c.ID }, edit(nil)),
		with(field{Name: "name", Path: "/name", Format: FormatText, Required: true, Min: 3, Max: 255, Personal: true},
			func(c *Customer) *string { return &c.Name }, func(e *Edit) *Optional[string] { return &e.Name }),
		with(field{Name: "primary_email", Path: "/primaryEmail", Format: FormatEmail, Required: true, Max: maxEmail,
			Personal: true},
			func(c *Customer) *string { return &c.PrimaryEmail }, func(e *Edit) *Optional[string] { return &e.PrimaryEmail }),
	}
	fields = append(fields, address(func(c *Customer) *Address { return &c.Address },
		func(e *Edit) *AddressEdit { return &e.Address })...)
	fields = append(fields,
		with(field{Name: "metadata", Path: "/metadata",
			check: checkMetadata(func(c *Customer) map[string]string { return c.Metadata })},
			func(c *Customer) *map[string]string { return &c.Metadata },
			func(e *Edit) *Optional[map[string]string] { return &e.Metadata }),
		with(field{Name: "status", Path: "/status", check: checkStatus(func(c *Customer) Status { return c.Status }, Active)},
			func(c *Customer) *Status { return &c.Status }, (func(*Edit) *Optional[Status])(nil)),
	)
	return newTable("customer", fields,
		func(c *Customer) Head {
			return Head{&c.ID, &c.Status, &c.CreatedAt, &c.UpdatedAt, &c.Version, &c.RestoredVersion}
		},
		func(c *Customer) string { return c.ID + "\n" + c.Name + "\n" + c.PrimaryEmail })
}

// Accounts returns the description of accounts.
func Accounts() *Table[Account] {
	type field = Field[Account]
	type text = func(*AccountEdit) *Optional[string]
	fields := []field{
		with(field{Name: "id", Path: "/id", Format: FormatID, Required: true, Min: 1, Max: admin.MaxID},
			func(a *Account) *string { return &a.ID }, text(nil)),
		with(field{Name: "name", Path: "/name", Format: FormatText, Required: true, Min: 3, Max: 255, Personal: true},
			func(a *Account) *string { return &a.Name }, func(e *AccountEdit) *Optional[string] { return &e.Name }),
		with(field{Name: ownerField, Path: "/customerId", Format: FormatID, Required: true, Min: 1, Max: admin.MaxID},
			func(a *Account) *string { return &a.CustomerID }, text(nil)),
		with(field{Name: "invoice_currency", Path: "/invoiceCurrency", Format: FormatCurrency},
			func(a *Account) *iso4217.Code { return &a.InvoiceCurrency },
			func(e *AccountEdit) *Optional[iso4217.Code] { return &e.InvoiceCurrency }),
		with(field{Name: "primary_email", Path: "/primaryEmail", Format: FormatEmail, Max: maxEmail, Personal: true},
			func(a *Account) *string { return &a.PrimaryEmail },
			func(e *AccountEdit) *Optional[string] { return &e.PrimaryEmail }),
		with(field{Name: "net_term_days", Path: "/netTermDays", Format: FormatInteger, Max: 3650},
			func(a *Account) **int { return &a.NetTermDays },
			func(e *AccountEdit) *Optional[*int] { return &e.NetTermDays }),
	}
	fields = append(fields, address(func(a *Account) *Address { return &a.Address },
		func(e *AccountEdit) *AddressEdit { return &e.Address })...)
	fields = append(fields,
		with(field{Name: aliasesField, Path: "/aliases", Personal: true, check: checkAliases},
			func(a *Account) *[]Alias { return &a.Aliases },
			func(e *AccountEdit) *Optional[[]Alias] { return &e.Aliases }),
		with(field{Name: "billing_information", Path: "/billingInformation", Personal: true, check: checkBilling},
			func(a *Account) *BillingInformation { return &a.BillingInformation },
			func(e *AccountEdit) *Optional[BillingInformation] { return &e.BillingInformation }),
		with(field{Name: "metadata", Path: "/metadata",
			check: checkMetadata(func(a *Account) map[string]string { return a.Metadata })},
			func(a *Account) *map[string]string { return &a.Metadata },
			func(e *AccountEdit) *Optional[map[string]string] { return &e.Metadata }),
		with(field{Name: "tags", Path: "/tags", Personal: true, check: checkTags},
			func(a *Account) *[]string { return &a.Tags },
			func(e *AccountEdit) *Optional[[]string] { return &e.Tags }),
		with(field{Name: "status", Path: "/status", check: checkStatus(func(a *Account) Status { return a.Status }, Active,
			Draft)},
			func(a *Account) *Status { return &a.Status }, func(e *AccountEdit) *Optional[Status] { return &e.Status }),
	)
	return newTable("account", fields,
		func(a *Account) Head {
			return Head{&a.ID, &a.Status, &a.CreatedAt, &a.UpdatedAt, &a.Version, &a.RestoredVersion}
		},
		func(a *Account) string { return a.ID + "\n" + a.Name + "\n" + a.PrimaryEmail })
}

// The names of fields that stores and importers treat in a way of their own.
const (
	ownerField   = "customer_id"
	aliasesField = "aliases"
)

func newTable[T Record](noun string, fields []Field[T], head func(*T) Head, search func(*T) string) *Table[T] {
	t := &Table[T]{noun: noun, fields: fields, head: head, search: search}
	t.metadata, t.owner = t.index("metadata"), t.index(ownerField)
	return t
}

// address are the fields that customers and accounts share.
func address[T Record, E any](of func(*T) *Address, edit func(*E) *AddressEdit) []Field[T] {
	part := func(name, json string, format Format, part func(*Address) *string,
		edited func(*AddressEdit) *Optional[string]) Field[T] {
		return with(Field[T]{Name: name, Path: "/address/" + json, Format: format, Max: 255, Personal: true},
			func(r *T) *string { return part(of(r)) }, func(e *E) *Optional[string] { return edited(edit(e)) })
	}
	return []Field[T]{
		part("phone_number", "phoneNumber", FormatText, func(a *Address) *string { return &a.PhoneNumber },
			func(e *AddressEdit) *Optional[string] { return &e.PhoneNumber }),
		part("line1", "line1", FormatText, func(a *Address) *string { return &a.Line1 },
			func(e *AddressEdit) *Optional[string] { return &e.Line1 }),
		part("line2", "line2", FormatText, func(a *Address) *string { return &a.Line2 },
			func(e *AddressEdit) *Optional[string] { return &e.Line2 }),
		part("postal_code", "postalCode", FormatText, func(a *Address) *string { return &a.PostalCode },
			func(e *AddressEdit) *Optional[string] { return &e.PostalCode }),
		part("city", "city", FormatText, func(a *Address) *string { return &a.City },
			func(e *AddressEdit) *Optional[string] { return &e.City }),
		part("state", "state", FormatText, func(a *Address) *string { return &a.State },
			func(e *AddressEdit) *Optional[string] { return &e.State }),
		part("country", "country", FormatCountry, func(a *Address) *string { return &a.Country },
			func(e *AddressEdit) *Optional[string] { return &e.Country }),
	}
}

// Field finds a field by its name.
func (t *Table[T]) Field(name string) (Field[T], bool) {
	i := t.index(name)
	if i < 0 {
		return Field[T]{}, false
	}
	return t.fields[i], true
}

// SetMetadata sets one name in the metadata of r; an empty value sets none.
func (t *Table[T]) SetMetadata(r *T, name, value string) {
	m := t.fields[t.metadata].of(r).(*map[string]string)
	if value == "" {
		delete(*m, name)
		return
	}
	if *m == nil {
		*m = map[string]string{}
	}
	(*m)[name] = value
}

// Metadata returns the metadata of r, which may be nil.
func (t *Table[T]) Metadata(r *T) map[string]string {
	return *t.fields[t.metadata].of(r).(*map[string]string)
}
