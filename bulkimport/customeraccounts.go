package bulkimport

import (
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// CustomerAccounts returns the built-in schema of files that have an account and its customer in each row: the fields
// of an account, and those of its customer with customer_ before their names. A field of a host's whose name begins
// with customer_ is a name in the metadata of the customer, any other one in that of the account.
//
// Rows are written as if one came after the other. A row makes its customer unless there is one, and then its account;
// each is created, updated or left as it is by the import's mode:
//   - A blank customer column is no statement: it clears nothing. Where rows state different values of one customer,
//     all but the first row that states one fail with [CodeCustomerConflict].
//   - Create makes accounts only. A customer that exists has to agree with what a row states of it, or the row fails
//     with [CodeCustomerDiffers]. What earlier rows of the import left blank in a customer that is new, a row adds.
//   - Skip leaves customers that exist, and rows whose account exists make none.
//   - Upsert and Update write what a row states. With Update the customer must exist.
//   - The first row of a customer that does not exist has to state all of its required columns, or fails with
//     [CodeCustomerIncomplete]. Later rows may leave them blank.
//   - A row that fails leaves its customer as it is: no customer is made without an account of this import.
//
// Customers are found by customer_id, which every row has. A batch has an audit record [ActionWrite] of what it did to
// accounts, and others of what it did to customers. To undo the import removes a customer that it has made with
// the last of the accounts that it made for it.
func CustomerAccounts() Schema {
	accounts, customers := Accounts(), Customers()
	out := Schema{
		Type: CustomerAccountsType, Noun: "account", Read: accounts.Read, Write: accounts.Write,
		ReadAlso: customers.Read, WriteAlso: customers.Write, Fields: accounts.Fields,
	}
	k := out.index(customerField)
	out.Fields[k].Help = "The ID that the customer has in your other systems; the row makes it if there is none."
	out.Fields[k].RelationBy = nil
	for _, f := range customers.Fields {
		if f.Key {
			continue
		}
		f.Aliases = ownerAliases(f)
		if own, of := strings.CutPrefix(f.Label, "Customer "); of {
			f.Label = own
		}
		f.Name, f.Label = ownerPrefix+f.Name, "Customer "+strings.ToLower(f.Label[:1])+f.Label[1:]
		f.Group, f.Match, f.Parts = "Customer", false, nil
		if f.Required {
			f.Help += " A customer that does not exist yet needs it in its first row."
		}
		out.Fields = append(out.Fields, f)
	}
	return out
}

// ownerAliases are the headers of a field of the customer's in a file about accounts.
func ownerAliases(f Field) []string {
	var out []string
	for _, a := range f.Aliases {
		out = append(out, "customer "+a)
	}
	switch f.Name {
	case "name":
		out = []string{"company name", "client name"}
	case "primary_email":
		out = append(out, "company email", "client email")
	}
	return out
}

// ownerPrefix begins the names of the fields of an account's customer.
const ownerPrefix = "customer_"

// ownerField returns the name that a field of a type has among those of customers, if it is of the account's customer.
func ownerField(t TypeName, name string) (of string, ok bool) {
	if t != CustomerAccountsType || name == customerField {
		return "", false
	}
	return strings.CutPrefix(name, ownerPrefix)
}

// needsOwner reports whether a field is the one by which every row of the type names its customer.
func (s Schema) needsOwner(f Field) bool {
	return s.Type == CustomerAccountsType && f.Name == customerField
}

// permissions are those that reading imports of the type takes, or writing.
func (s Schema) permissions(a access) []admin.Permission {
	all := []admin.Permission{s.Read, s.ReadAlso}
	if a == write {
		all = []admin.Permission{s.Write, s.WriteAlso}
	}
	return slices.DeleteFunc(all, func(p admin.Permission) bool { return p == "" })
}

// statement is what a row has of its customer: the fields that are not blank.
type statement = customer.Change[customer.Customer]

// split returns what the rows of a batch are to do to accounts, and what they state of their customers.
func (s *Service) split(b Batch) ([]customer.Change[customer.Account], []statement, error) {
	names := b.Rows[0].names
	var own, of []int
	accounts, customers := b, b
	accountNames, customerNames := []string(nil), []string{"id"}
	for k, name := range names {
		if field, ok := ownerField(CustomerAccountsType, name); ok {
			of, customerNames = append(of, k), append(customerNames, field)
			continue
		}
		own, accountNames = append(own, k), append(accountNames, name)
	}
	at := slices.Index(names, customerField)
	accounts.Rows, customers.Rows = make([]Row, len(b.Rows)), make([]Row, len(b.Rows))
	for n, row := range b.Rows {
		a := Row{Number: row.Number, Line: row.Line, key: slices.Index(own, row.key), names: accountNames}
		for _, k := range own {
			a.values = append(a.values, row.values[k])
			if row.kept != nil {
				a.kept = append(a.kept, row.kept[k])
			}
		}
		c := Row{Number: row.Number, Line: row.Line, names: customerNames, values: []string{row.values[at]},
			kept: []bool{false}}
		for _, k := range of {
			c.values, c.kept = append(c.values, row.values[k]), append(c.kept, row.values[k] == "")
		}
		accounts.Rows[n], customers.Rows[n] = a, c
	}
	changes, err := changesOf(s.accounts, accounts)
	if err != nil {
		return nil, nil, err
	}
	statements, err := changesOf(s.customers, customers)
	return changes, statements, err
}

// lacking returns the fields that a new customer needs and a row does not state, by their names in files.
func (s *Service) lacking(b Batch, c *statement) (out []string) {
	for k, f := range s.customers.Fields() {
		if name := ownerPrefix + f.Name; k > 0 && f.Required && c.Given&(1<<k) == 0 && !slices.Contains(b.optional, name) {
			out = append(out, name)
		}
	}
	return out
}

// stated returns what is left of a statement for a customer whose blanks it may fill in and nothing else, and the first
// field in which it differs from what the customer has.
func (s *Service) stated(c statement, r *customer.Customer) (left statement, differs string) {
	left = c
	left.Given, left.Keys = 0, nil
	for k, f := range s.customers.Fields() {
		if k == 0 || c.Given&(1<<k) == 0 {
			continue
		}
		switch had := f.Text(r); {
		case had == "":
			left.Given |= 1 << k
		case had != f.Text(&c.Record) && differs == "":
			differs = f.Name
		}
	}
	for _, key := range c.Keys {
		switch had := r.Metadata[key]; {
		case had == "":
			left.Keys = append(left.Keys, key)
		case had != c.Record.Metadata[key] && differs == "":
			differs = key
		}
	}
	return left, differs
}

// ownerText is the text of a field of a customer, or of a name in its metadata.
func (s *Service) ownerText(name string, r *customer.Customer) string {
	if f, ok := s.customers.Field(name); ok {
		return f.Text(r)
	}
	return r.Metadata[name]
}
