package bulkimport

import (
	"fmt"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/internal/text"
)

// check finds the ports that are missing.
func (p Ports) check(bad *admin.Problems) {
	for _, port := range []struct {
		path    string
		missing bool
	}{
		{"/imports", p.Imports == nil},
		{"/jobs", p.Jobs == nil},
		{"/customers", p.Customers == nil},
		{"/accounts", p.Accounts == nil},
		{"/atomically", p.Atomically == nil},
	} {
		if port.missing {
			bad.Add(port.path, admin.CodeRequired, "the port is required")
		}
	}
}

// check finds the options that are out of their limits, but for types.
func (o Options) check(bad *admin.Problems) {
	if o.BatchRows < 0 || o.BatchRows > admin.MaxLimit {
		bad.Add("/batchRows", admin.CodeRange, "%d rows: use 1 to %d, or 0 for %d", o.BatchRows, admin.MaxLimit,
			defaultBatch).
			With("min", 0).With("max", admin.MaxLimit)
	}
	if o.SavedMappings < 0 || o.SavedMappings > maxMappings {
		bad.Add("/savedMappings", admin.CodeRange, "%d mappings: use 1 to %d, or 0 for %d", o.SavedMappings, maxMappings,
			defaultMappings).
			With("min", 0).With("max", maxMappings)
	}
	o.Jobs.Check(bad, "/jobs")
	l := o.Limits
	for _, limit := range []struct {
		path  string
		value int64
	}{
		{"fileBytes", l.FileBytes},
		{"rows", l.Rows},
		{"columns", int64(l.Columns)},
		{"headerBytes", int64(l.HeaderBytes)},
		{"cellBytes", int64(l.CellBytes)},
		{"recordBytes", int64(l.RecordBytes)},
		{"recordLines", int64(l.RecordLines)},
		{"duplicates", int64(l.Duplicates)},
	} {
		if limit.value < 0 {
			bad.Add("/limits/"+limit.path, admin.CodeRange, "%d: a limit cannot be negative", limit.value)
		}
	}
}

// check finds what keeps a host's type from working.
func (t Type) check(bad *admin.Problems, p Ports) {
	path := "/types/" + text.PointerToken(string(t.Schema.Type))
	if err := t.Schema.check(); err != nil {
		bad.AddError(path, admin.CodeFormat, err)
	}
	switch {
	case t.Target != nil:
	case t.Schema.Type == CustomersType:
		checkBuiltIn(bad, path, t.Schema, Customers())
	case t.Schema.Type == AccountsType:
		checkBuiltIn(bad, path, t.Schema, Accounts())
	case t.Schema.Type == CustomerAccountsType:
		checkBuiltIn(bad, path, t.Schema, CustomerAccounts())
	case p.Target == nil || p.Target(t.Schema.Type) == nil:
		bad.Add(path+"/target", admin.CodeRequired, "the type needs a target, of its own or of the ports")
	}
}

// checkBuiltIn checks a host's schema of records that the included stores keep: it has all of their fields,
// and what it has besides fits into their metadata.
func checkBuiltIn(bad *admin.Problems, path string, s, builtIn Schema) {
	for _, f := range builtIn.Fields {
		if got, ok := s.Field(f.Name); !ok || got.Kind != f.Kind || got.Key != f.Key {
			bad.Add(path+"/fields", admin.CodeRequired,
				"the included store needs the field %s of kind %s, as in the built-in schema",
				f.Name, f.Kind).With("field", f.Name)
		}
	}
	if extra := len(s.Fields) - len(builtIn.Fields); extra > customer.MaxMetadata {
		bad.Add(path+"/fields", admin.CodeTooLong, "%d fields are too many for metadata: add at most %d", extra,
			customer.MaxMetadata).
			With("max", customer.MaxMetadata)
	}
	for i, f := range s.Fields {
		if builtIn.index(f.Name) < 0 && f.Kind == Text && (f.Max <= 0 || f.Max > customer.MaxMetadataValue) {
			bad.Add(fmt.Sprintf("%s/fields/%d/max", path, i), admin.CodeRange,
				"%s becomes metadata: allow 1 to %d characters", f.Name, customer.MaxMetadataValue).
				With("min", 1).With("max", customer.MaxMetadataValue)
		}
	}
}
