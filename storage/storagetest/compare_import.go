package storagetest

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

func (s *script) newImport() bulkimport.Import {
	return bulkimport.Import{
		ID: s.id(), Type: pick(s, bulkimport.CustomersType, bulkimport.AccountsType), FileName: s.text(), Size: int64(s.r.Uint64() >> 1),
		SHA256: strings.Repeat(pick(s, "ab", "AB"), 32), Content: bulkimport.Content{Header: []string{s.text(), ""}, Delimiter: "\t"},
		Columns: []bulkimport.Column{{Index: 1, Header: s.text(), Name: s.text(), Examples: []string{s.text()}}}, Rows: 3,
		Mapping:  bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.Constant(s.text())},
		Settings: bulkimport.Settings{Mode: bulkimport.Upsert, Blank: []string{s.text()}},
		Status:   pick(s, bulkimport.Uploading, bulkimport.Uploaded, bulkimport.Started), CreatedAt: s.now, CreatedBy: s.actor(), UpdatedAt: s.now, Version: 1,
	}
}

func (s *script) imported(org admin.OrgID) bulkimport.Import {
	list, err := s.ref.Imports().List(s.t.Context(), org, bulkimport.Filter{}, largest[uuid.UUID]())
	i := one(s, list, err)
	if i.ID == uuid.Nil {
		return s.newImport()
	}
	return i
}

// batch is rows with keys that differ, some fields mapped, and any value in them.
func (s *script) batch(fields []string, value func(field string) string) bulkimport.Batch {
	s.t.Helper()
	names := []string{"id"}
	for _, f := range fields {
		if !s.chance(3) {
			names = append(names, f)
		}
	}
	b := bulkimport.Batch{Import: s.id(), Mode: pick(s, bulkimport.Create, bulkimport.Skip, bulkimport.Upsert, bulkimport.Upsert), At: s.now}
	keys := alike()
	s.r.Shuffle(len(keys), func(i, k int) { keys[i], keys[k] = keys[k], keys[i] })
	for i := range 1 + s.r.IntN(6) {
		values := []string{keys[i]}
		for _, f := range names[1:] {
			values = append(values, value(f))
		}
		r, err := bulkimport.NewRow(int64(i+1), int64(i+2), "id", names, values)
		if err != nil {
			s.t.Fatal(err)
		}
		b.Rows = append(b.Rows, r)
	}
	return b
}

func importDraws() map[string]func(*script) do {
	text := func(s *script) func(string) string {
		return func(field string) string {
			switch field {
			case "net_term_days":
				return pick(s, "", "0", "30", "-2147483648")
			case "invoice_currency":
				return pick(s, "", "EUR")
			}
			return s.sometimes()
		}
	}
	return map[string]func(*script) do{
		"Imports.Create": func(s *script) do {
			org, i, rec := s.org(), s.newImport(), s.rec("import.begin")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Imports().Create(ctx, org, i, rec)
			}
		},
		"Imports.Append": func(s *script) do {
			org, offset, piece := s.org(), int64(s.r.IntN(6)*4), []byte(pick(s, "\x00\xff\xfe'", "abcd", "\r\n"))
			i := s.imported(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Imports().Append(ctx, org, i.ID, offset, piece)
			}
		},
		"Imports.Update": func(s *script) do {
			org, i, rec := s.org(), s.newImport(), s.rec("import.map")
			old := s.imported(org)
			i.ID, i.Version = old.ID, s.version(old.Version)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Imports().Update(ctx, org, i, rec)
			}
		},
		"Imports.Delete": func(s *script) do {
			org, id, rec := s.org(), s.id(), s.rec("import.delete")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Imports().Delete(ctx, org, id, rec)
			}
		},
		"Imports.Get": func(s *script) do {
			org, id := s.org(), s.id()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Imports().Get(ctx, org, id) }
		},
		"Imports.List": func(s *script) do {
			org, seek := s.org(), s.seek()
			f := bulkimport.Filter{
				Type: pick(s, "", bulkimport.CustomersType, " "), Status: pick(s, "", bulkimport.Started, "started"), SHA256: pick(s, "", strings.Repeat("ab", 32), " "),
			}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Imports().List(ctx, org, f, seek) }
		},
		"Imports.Content": func(s *script) do {
			org, offset := s.org(), int64(s.r.IntN(26)-1)
			i := s.imported(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				text, err := st.Imports().Content(ctx, org, i.ID, offset)
				return string(text), err // nothing is nothing
			}
		},
		"Customers.Write": func(s *script) do {
			b := s.batch([]string{"name", "primary_email", "phone_number", "line1", "line2", "postal_code", "city", "state", "country", "tier", "Tier"}, text(s))
			org, rec := s.org(), s.rec("import.write")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Customers().Write(ctx, org, b, rec)
			}
		},
		"Customers.Get": func(s *script) do {
			org, id := s.org(), s.text()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Customers().Get(ctx, org, id) }
		},
		"Customers.List": func(s *script) do {
			org, seek := s.org(), s.textSeek()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Customers().List(ctx, org, seek) }
		},
		"Accounts.Write": func(s *script) do {
			b := s.batch([]string{"name", "customer_id", "net_term_days", "invoice_currency", "line1", "city", "tier"}, text(s))
			org, rec := s.org(), s.rec("import.write")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Accounts().Write(ctx, org, b, rec)
			}
		},
		"Accounts.Get": func(s *script) do {
			org, id := s.org(), s.text()
			list, err := s.ref.Accounts().List(s.t.Context(), org, customer.AccountFilter{}, largest[string]())
			if a := one(s, list, err); a.ID != "" && s.chance(2) {
				id = a.ID
			}
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Accounts().Get(ctx, org, id) }
		},
		"Accounts.List": func(s *script) do {
			org, f, seek := s.org(), customer.AccountFilter{CustomerID: pick(s, s.sometimes(), " ")}, s.textSeek()
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Accounts().List(ctx, org, f, seek)
			}
		},
	}
}
