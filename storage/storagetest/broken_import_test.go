package storagetest_test

import (
	"context"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

func (s importPort) Update(ctx context.Context, org admin.OrgID, i bulkimport.Import, rec admin.Record) error {
	if s.update == nil {
		return s.Store.Update(ctx, org, i, rec)
	}
	return s.update(ctx, org, i, rec)
}

func (s importPort) List(
	ctx context.Context, org admin.OrgID, f bulkimport.Filter, seek admin.Seek[uuid.UUID],
) ([]bulkimport.Import, error) {
	if s.list == nil {
		return s.Store.List(ctx, org, f, seek)
	}
	return s.list(ctx, org, f, seek)
}

func importFaults() []fault {
	imports := func(name, caught string, with func(bulkimport.Store) importPort) fault {
		return fault{name: name, caught: caught, imports: func(s bulkimport.Store, _ *known) bulkimport.Store {
			p := with(s)
			p.Store = s
			return p
		}}
	}
	const listed = "Imports/lists newest first and by type, status and digest"
	filtered := func(name string, change func(*bulkimport.Filter)) fault {
		return imports(name, listed, func(s bulkimport.Store) importPort {
			return importPort{list: func(
				ctx context.Context, org admin.OrgID, f bulkimport.Filter, seek admin.Seek[uuid.UUID],
			) ([]bulkimport.Import, error) {
				change(&f)
				return s.List(ctx, org, f, seek)
			}}
		})
	}
	return []fault{
		filtered("Imports.List ignores the digest of the text", func(f *bulkimport.Filter) { f.TextSHA256 = "" }),
		filtered("Imports.List takes one digest for the other", func(f *bulkimport.Filter) {
			f.SHA256, f.TextSHA256 = f.TextSHA256, f.SHA256
		}),
		imports("Imports.Update leaves the digest of the text", "Imports/returns what was created, and what it was updated to",
			func(s bulkimport.Store) importPort {
				return importPort{update: func(ctx context.Context, org admin.OrgID, i bulkimport.Import, rec admin.Record) error {
					before, err := s.Get(ctx, org, i.ID)
					if err != nil {
						return err
					}
					i.TextSHA256 = before.TextSHA256
					return s.Update(ctx, org, i, rec)
				}}
			}),
	}
}
