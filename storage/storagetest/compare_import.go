package storagetest

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

func (s *script) newImport() bulkimport.Import {
	i := bulkimport.Import{
		ID: s.id(), Type: pick(s, bulkimport.CustomersType, bulkimport.AccountsType), FileName: s.text(),
		Size: int64(s.r.Uint64() >> 1), SHA256: strings.Repeat(pick(s, "ab", "AB"), 32),
		Content: bulkimport.Content{Header: []string{s.text(), ""}, Delimiter: "\t"},
		Columns: []bulkimport.Column{{Index: 1, Header: s.text(), Name: s.text(), Examples: []string{s.text()}}}, Rows: 3,
		Mapping:  bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.Constant(s.text())},
		Settings: bulkimport.Settings{Mode: bulkimport.Upsert, Blank: []string{s.text()}},
		Status: pick(s, bulkimport.Uploading, bulkimport.Uploaded,
			bulkimport.Started), CreatedAt: s.now, CreatedBy: s.actor(), UpdatedAt: s.now, Version: 1,
	}
	i.TextSHA256 = textDigest(i.Type)
	i.InBlobs = i.Type == bulkimport.AccountsType
	return i
}

// textDigest is one of two, by what was drawn already.
func textDigest(t bulkimport.TypeName) string {
	if t == bulkimport.CustomersType {
		return strings.Repeat("cd", 32)
	}
	return strings.Repeat("CD", 32)
}

func (s *script) imported(org admin.OrgID) bulkimport.Import {
	list, err := s.ref.Imports().List(s.t.Context(), org, bulkimport.Filter{}, largest[uuid.UUID]())
	i := one(s, list, err)
	if i.ID == uuid.Nil {
		return s.newImport()
	}
	return i
}

func importDraws() map[string]func(*script) do {
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
		"Imports.Start": func(s *script) do {
			org, i, entries, rec := s.org(), s.newImport(), s.newEntries(), s.rec("import.start")
			old := s.imported(org)
			i.ID, i.Version = old.ID, s.version(old.Version)
			j := s.newJob()
			j.ID = i.ID
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Imports().Start(ctx, org, i, j, entries, rec)
			}
		},
		"Imports.Delete": func(s *script) do {
			org, id, rec := s.org(), s.id(), s.rec("import.delete")
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Imports().Delete(ctx, org, id, rec)
			}
		},
		"Imports.ExpiredFiles": func(s *script) do {
			until, limit := pick(s, s.now, s.at()), 1+s.r.IntN(9)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Imports().ExpiredFiles(ctx, until, limit)
			}
		},
		"Imports.RemoveFile": func(s *script) do {
			org, rec := s.org(), s.rec("import.remove_file")
			i := s.imported(org)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Imports().RemoveFile(ctx, org, i.ID, 100_000, rec)
			}
		},
		"Imports.Removals": func(s *script) do {
			until, limit := pick(s, s.now, s.at()), 1+s.r.IntN(9)
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return st.Imports().Removals(ctx, until, limit)
			}
		},
		"Imports.SetRemoval": func(s *script) do {
			org, r := s.org(), bulkimport.Removal{ID: s.id(), Due: pick(s, s.now, time.Time{}), Removed: true}
			if list, err := s.ref.Imports().Removals(s.t.Context(), s.now, 1); err == nil && len(list) > 0 {
				org, r.ID = list[0].Org, list[0].ID
			}
			return func(ctx context.Context, st storage.Stores) (any, error) {
				return nil, st.Imports().SetRemoval(ctx, org, r)
			}
		},
		"Imports.Get": func(s *script) do {
			org, id := s.org(), s.id()
			return func(ctx context.Context, st storage.Stores) (any, error) { return st.Imports().Get(ctx, org, id) }
		},
		"Imports.List": func(s *script) do {
			org, seek := s.org(), s.seek()
			f := bulkimport.Filter{
				Type: pick(s, "", bulkimport.CustomersType, " "), Status: pick(s, "", bulkimport.Started,
					"started"), SHA256: pick(s, "", strings.Repeat("ab", 32), " "),
			}
			if f.Type == "" && f.Status == "" {
				f.TextSHA256 = textDigest(bulkimport.CustomersType)
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
	}
}
