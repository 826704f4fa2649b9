package bulkimport

import (
	"context"
	"fmt"
	"io"
	"maps"
	"strconv"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
)

// ExportOptions are what [Service.Export] writes.
type ExportOptions struct {
	// Archived adds the records that are archived. An import into another organization makes active ones of them.
	Archived bool `json:"archived,omitempty"`
}

// Export writes the organization's customers or accounts as a CSV file that imports again unchanged: a column for each
// field of the import's schema, under its name, and a column _line, which Upload leaves out. [Suggestions.Mapping]
// takes every column, an import into the same organization with mode [Upsert] finds each record [Unchanged], and one
// into another organization makes records that are equal but for their times and versions. Records that were erased
// are left out. It is written as [Service.FailedRows] writes, with a byte order mark and nothing that a spreadsheet
// takes for a formula, in order of id, a page of records in memory at a time; what changes meanwhile is in it as it was
// or as it is.
//
// A field of the host's own that would read its value as another one, or not at all, has a blank cell, and the value is
// in that of the metadata.
//
// An identifier or address that is not in Unicode's normal form C is imported in that form, and a file over Limits has
// to be split. It requires the type's Read permission, and fails with [admin.ErrInvalid] for a type of the host's own.
func (s *Service) Export(ctx context.Context, scope admin.Scope, name TypeName, w io.Writer, o ExportOptions) error {
	t, err := s.require(scope, name, read)
	if err != nil {
		return err
	}
	switch name {
	case CustomersType:
		return writeRecords(w, s.customers, t.Schema, o, func(seek admin.Seek[string]) ([]customer.Customer, error) {
			return s.ports.Customers.List(ctx, scope.Org(), customer.Filter{}, seek)
		})
	case AccountsType:
		return writeRecords(w, s.accounts, t.Schema, o, func(seek admin.Seek[string]) ([]customer.Account, error) {
			return s.ports.Accounts.List(ctx, scope.Org(), customer.AccountFilter{}, seek)
		})
	}
	return fmt.Errorf("only %s and %s are exported, and not %q: %w", CustomersType, AccountsType,
		admin.Clip(string(name)), admin.ErrInvalid)
}

// exportPage is how many records are read at a time.
const exportPage = 200

// writeRecords writes the records of pages.
func writeRecords[T customer.Record](
	w io.Writer, kind *customer.Table[T], schema Schema, o ExportOptions, page func(admin.Seek[string]) ([]T, error),
) error {
	out := newQuotingWriter(w, ',')
	out.mark()
	header := schema.names()
	out.write(append(header, lineColumn))
	row := newExportRow(kind, schema)
	seek, number := admin.Seek[string]{Limit: exportPage}, 0
	for {
		records, err := page(seek)
		if err != nil {
			return err
		}
		for i := range records {
			head := kind.Head(&records[i])
			seek.After = *head.ID
			if *head.Status == customer.Erased || (*head.Status == customer.Archived && !o.Archived) {
				continue
			}
			number++
			out.write(append(row.cells(&records[i]), strconv.Itoa(number)))
		}
		if err := out.flush(); err != nil {
			return err
		}
		if len(records) < exportPage {
			return nil
		}
	}
}

// exportRow writes records as rows.
type exportRow[T customer.Record] struct {
	kind   *customer.Table[T]
	fields []customer.Field[T] // of the schema; the zero Field for a name in the metadata
	names  []string
	own    map[string]Field // names in the metadata that have a column
	read   caster
}

func newExportRow[T customer.Record](kind *customer.Table[T], schema Schema) exportRow[T] {
	e := exportRow[T]{kind: kind, names: schema.names(), own: map[string]Field{},
		read: newCaster(Source{}, Settings{})}
	for k, name := range e.names {
		f, ok := kind.Field(name)
		if !ok {
			e.own[name] = schema.Fields[k]
		}
		e.fields = append(e.fields, f)
	}
	return e
}

// fits reports whether a name of the metadata has a column that is read as the value is. What the field would read in
// another way, such as yes of a Bool or blanks around a Text, goes into the cell of the metadata, which is taken as it
// is.
func (e exportRow[T]) fits(name, value string) bool {
	f, own := e.own[name]
	if !own {
		return false
	}
	cell := trim(unescape(escape(value)))
	if cell == "" {
		return false
	}
	got, wrong := e.read.read(&f, cell)
	return wrong == nil && got == value
}

func (e exportRow[T]) cells(r *T) []string {
	out := make([]string, len(e.fields))
	metadata := e.kind.Metadata(r)
	rest := e.kind.Clone(*r)
	maps.DeleteFunc(e.kind.Metadata(&rest), e.fits)
	for i, f := range e.fields {
		switch {
		case f.Name == "":
			if value := metadata[e.names[i]]; e.fits(e.names[i], value) {
				out[i] = escape(value)
			}
		case f.Name == "status" && *e.kind.Head(r).Status == customer.Archived: // a file cannot state it
		default:
			out[i] = escape(f.Text(&rest))
		}
	}
	return out
}
