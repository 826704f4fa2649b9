package bulkimport

import (
	"github.com/admincenter/admincenter/admin/customer"
)

// ruled reports whether a field is a list, an object or a status of a record, whose rules are the record's.
func ruled(t TypeName, name string) bool {
	switch t {
	case CustomersType:
		f, ok := customer.Customers().Field(name)
		return ok && f.Format == customer.FormatNone
	case AccountsType:
		f, ok := customer.Accounts().Field(name)
		return ok && f.Format == customer.FormatNone
	case CustomerAccountsType:
		of, record := recordField(name)
		return ruled(of, record)
	}
	return false
}

// metadataField is the field that both kinds of records have for the host's own names.
const metadataField = "metadata"

// inMetadata reports whether a field of a host's schema is a name in the metadata of records that the field metadata
// may have too.
func inMetadata(t TypeName, name string) bool {
	switch t {
	case CustomersType:
		_, ok := customer.Customers().Field(name)
		return !ok
	case AccountsType:
		_, ok := customer.Accounts().Field(name)
		return !ok
	case CustomerAccountsType:
		of, record := recordField(name)
		return of == AccountsType && inMetadata(of, record)
	}
	return false
}

// recordField returns the type of the records that a field of CustomerAccountsType is of, and its name there.
func recordField(name string) (TypeName, string) {
	if of, ok := ownerField(CustomerAccountsType, name); ok {
		return CustomersType, of
	}
	return AccountsType, name
}

// invalidValue refuses what a record cannot have.
func invalidValue(field, cell string) (string, *problem) {
	if field == ownerPrefix+metadataField {
		field = metadataField
	}
	return wrong(CodeInvalidValue+"."+field, "value", quoted(cell))
}

// whole reports whether a cell is a value that the records of a type can have.
func whole(t TypeName, f *Field, cell string, c *caster) bool {
	value, wrong := c.cast(f, cell)
	return wrong == nil && (value == "" || recordCheck(t)(f.Name, value) == nil)
}

// recordCheck returns what checks the text of a field of a record.
func recordCheck(t TypeName) func(field, value string) error {
	switch t {
	case CustomersType:
		return customer.Customers().CheckText
	case AccountsType:
		return customer.Accounts().CheckText
	case CustomerAccountsType:
		return func(field, value string) error {
			of, record := recordField(field)
			return recordCheck(of)(record, value)
		}
	}
	return func(string, string) error { return nil }
}
