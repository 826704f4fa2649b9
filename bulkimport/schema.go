package bulkimport

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
)

// TypeName names what an import makes: "customers", "accounts", or a host's own.
type TypeName string

// The types that are built in.
const (
	CustomersType TypeName = "customers"
	AccountsType  TypeName = "accounts"
	// CustomerAccountsType is of files that have an account and its customer in each row; see [CustomerAccounts].
	CustomerAccountsType TypeName = "customer_accounts"
)

// builtIn reports whether the stores of [Ports] keep the records of a type.
func (t TypeName) builtIn() bool {
	return t == CustomersType || t == AccountsType || t == CustomerAccountsType
}

// Kind is how the cells of a field are read, and how their values are written in a [Row].
type Kind string

// The kinds of field. Blanks around a cell are dropped before it is read. The [Format] of a source takes other forms.
const (
	Text Kind = "TEXT" // characters, line breaks within a quoted cell included
	// ID is an identifier: one line of characters, in Unicode's normal form C, so that é is one and the same however
	// it was typed. Characters that cannot be seen are refused.
	ID       Kind = "ID"
	Email    Kind = "EMAIL"    // an address without a display name, in the normal form of an ID
	Country  Kind = "COUNTRY"  // ISO 3166 code or a name in seven languages; the value is the two-letter code
	Currency Kind = "CURRENCY" // three letters; the value is in capitals
	Decimal  Kind = "DECIMAL"  // exact, with a point and without grouping: -1234.50
	Integer  Kind = "INTEGER"  // digits, at most 18
	Bool     Kind = "BOOL"     // true, yes, ja, oui, x, 1, or their opposites; the value is true or false
	// Date is YYYY-MM-DD, YYYYMMDD, a date whose month has a name in one of seven languages, or in the order that is
	// stated; a time behind it is dropped. The value is YYYY-MM-DD.
	Date Kind = "DATE"
	// Instant is a date and a time with an offset, or in the zone that is stated; the value is in RFC 3339 and UTC.
	Instant Kind = "INSTANT"
	// List is several texts, of at most Max characters each, between a separator that is stated; the value is a JSON
	// array. There are at most 100, and one that is there again is dropped. A cell that is a JSON array of texts is taken
	// as it is, in any format.
	List Kind = "LIST"
	// Metadata is pairs as key=value between a separator that is stated; the value is a JSON object. A cell that is a
	// JSON object of texts is taken as it is, in any format. It may have 8 times Limits.CellBytes.
	Metadata Kind = "METADATA"
)

// Field is one field of a Schema.
type Field struct {
	Name     string   `json:"name"`              // in the sample's header and in a Row: 1 to 50 of a-z 0-9 _
	Label    string   `json:"label"`             // for people; it counts for suggestions too
	Aliases  []string `json:"aliases,omitempty"` // other usual headers, the likeliest first
	Help     string   `json:"help,omitempty"`    // for people: what it is, in a sentence
	Group    string   `json:"group,omitempty"`   // for people: under which heading it is shown, such as "Address"
	Kind     Kind     `json:"kind"`
	Required bool     `json:"required"` // a row without it fails, unless the import's settings relax it
	// RequiredIn lists the modes in which a row without it fails. [Service.Types] fills it in.
	RequiredIn []Mode `json:"requiredIn,omitempty"`
	// Key reports that the field identifies the row's record: one field of a schema, required, of kind ID or Email.
	Key bool `json:"key"`
	// Exact reports that a column is suggested for the field only if its header is exactly the Name, and is preselected
	// only if all of its values can be read: a field for files that FailedRows or Export wrote, or that were made for it.
	Exact bool `json:"exact,omitempty"`
	// Relation is the noun of the record that the field points at ("customer"), if it does. If it is the schema's own
	// Noun, as that of a parent is, rows of a host's type may point at rows behind them: they are written after these,
	// and rows that point at each other in a circle fail with [CodeRelationCycle].
	Relation string `json:"relation,omitempty"`
	// RelationBy are the fields of that record by which a source may name it, besides its id.
	RelationBy []string `json:"relationBy,omitempty"`
	// Match reports that an import may find records by this field in place of the key; see [Settings].
	Match bool `json:"match,omitempty"`
	// Sensitive reports that the values may be about a person, and are left out of reports on request; see
	// [ReportOptions]. Of the built-in fields those of an address, with the phone number, and e-mail addresses are.
	Sensitive bool `json:"sensitive,omitempty"`
	// Min and Max bound the number of characters of a Text, ID or Email, and the value of an
	// Integer. A zero Max does not bound.
	Min int64 `json:"min,omitempty"`
	Max int64 `json:"max,omitempty"`
	// Parts are headers which, joined by blanks, make this field, such as "first name" and
	// "last name": none of them is suggested for it alone.
	Parts   []string `json:"parts,omitempty"`
	Example string   `json:"example,omitempty"` // a cell of the sample file
}

// Schema is what a type of import can fill in.
type Schema struct {
	Type TypeName `json:"type"` // 1 to 50 of a-z 0-9 _
	// Noun is one of them, in one word, such as "customer". Headers may have it besides a field's name:
	// "Customer Name".
	Noun  string           `json:"noun"`
	Read  admin.Permission `json:"read"`  // to see imports, suggestions and failed rows
	Write admin.Permission `json:"write"` // to upload, map, start, run and cancel
	// ReadAlso and WriteAlso are required besides, of a type that makes records of two kinds; empty for none.
	ReadAlso  admin.Permission `json:"readAlso,omitempty"`
	WriteAlso admin.Permission `json:"writeAlso,omitempty"`
	Fields    []Field          `json:"fields,omitempty"` // in the order of the sample file
}

// Field finds a field by name.
func (s Schema) Field(name string) (Field, bool) {
	i := s.index(name)
	if i < 0 {
		return Field{}, false
	}
	return s.Fields[i], true
}

// requiredIn returns the modes in which a row without a value of f fails.
func (f Field) requiredIn() []Mode {
	if !f.Required {
		return nil
	}
	return []Mode{Create, Skip, Upsert}
}

func (s Schema) names() []string {
	out := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		out[i] = f.Name
	}
	return out
}

func (s Schema) index(name string) int {
	return slices.IndexFunc(s.Fields, func(f Field) bool { return f.Name == name })
}

// Sample writes a CSV file that imports without mapping anything by hand: a header of field names
// and one example row.
func (s Schema) Sample(w io.Writer) error {
	header, example := make([]string, len(s.Fields)), make([]string, len(s.Fields))
	for i, f := range s.Fields {
		header[i], example[i] = escape(f.Name), escape(f.Example)
	}
	out := newQuotingWriter(w, ',')
	out.write(header)
	out.write(example)
	return out.flush()
}

// named reports whether a name is 1 to 50 of a-z 0-9 _.
func named(name string) bool {
	return name != "" && len(name) <= 50 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// check finds everything that is wrong with a host's schema.
func (s Schema) check() error {
	var p admin.Problems
	if !named(string(s.Type)) {
		p.Add("/type", admin.CodeFormat, "%q: use 1 to 50 of a-z 0-9 _", admin.Clip(string(s.Type)))
	}
	p.Text("/noun", s.Noun, 1, 50)
	if s.Read == "" || s.Write == "" {
		p.Add("/read", admin.CodeRequired, "give the permissions that reading and writing %s require", s.Type)
	}
	keys := 0
	seen := map[string]bool{}
	for i, f := range s.Fields {
		path := fmt.Sprintf("/fields/%d", i)
		if !named(f.Name) {
			p.Add(path+"/name", admin.CodeFormat, "%q: use 1 to 50 of a-z 0-9 _", admin.Clip(f.Name))
		}
		if ownHeader(f.Name) {
			p.Add(path+"/name", admin.CodeFormat, "%s is a column of reports, which Upload leaves out", f.Name)
		}
		if seen[f.Name] {
			p.Add(path+"/name", admin.CodeDuplicate, "a field %s is there already", f.Name)
		}
		seen[f.Name] = true
		if !f.Kind.known() {
			p.Add(path+"/kind", admin.CodeUnknown, "%q is not a kind of field", admin.Clip(string(f.Kind)))
		}
		if f.Match && f.Kind != ID && f.Kind != Email && f.Kind != Text {
			p.Add(path+"/match", admin.CodeFormat, "records are found by a field of kind %s, %s or %s", ID, Email, Text)
		}
		if f.Key {
			keys++
			if !f.Required || (f.Kind != ID && f.Kind != Email) {
				p.Add(path+"/key", admin.CodeFormat, "the key must be required and of kind %s or %s", ID, Email)
			}
		}
	}
	if keys != 1 {
		p.Add("/fields", admin.CodeFormat, "%d fields are keys: mark exactly one", keys)
	}
	return p.Err()
}

func (k Kind) known() bool {
	switch k {
	case Text, ID, Email, Country, Currency, Decimal, Integer, Bool, Date, Instant, List, Metadata:
		return true
	}
	return false
}
