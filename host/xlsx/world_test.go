package xlsx_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/host/xlsx"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/memory"
)

// world is an import service over a backend in memory.
type world struct {
	backend *memory.Backend
	imports *bulkimport.Service
	scope   admin.Scope
}

func newWorld(ctx context.Context) (*world, error) {
	backend := memory.New()
	var runtime admin.Runtime
	runtime = runtime.WithDefaults()
	first := people.User{ID: uuid.Must(uuid.NewV7()), Name: "Ann"}
	err := backend.Organizations().Create(ctx, people.Organization{ID: "acme", Name: "Acme"}, first,
		people.Credential{UserID: first.ID},
		runtime.Record(admin.System("acme"), "organization.create", admin.Subject{Kind: "organization", ID: "acme"}))
	if err != nil {
		return nil, err
	}
	ports := func(s storage.Stores) bulkimport.Ports {
		return bulkimport.Ports{Imports: s.Imports(), Jobs: s.Jobs(), Customers: s.Customers(), Accounts: s.Accounts()}
	}
	p := ports(backend)
	p.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		return backend.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	imports, err := bulkimport.NewService(p, bulkimport.Options{})
	return &world{backend: backend, imports: imports, scope: admin.System("acme")}, err
}

func (w *world) upload(t *testing.T, file []byte) bulkimport.Import {
	t.Helper()
	book, err := open(t, file, xlsx.Limits{})
	require.NoError(t, err)
	text, err := book.CSV(t.Context(), "", xlsx.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, text.Close()) }()
	i, err := w.imports.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType,
		FileName: "customers.xlsx", Content: text, Encoding: bulkimport.UTF8, Delimiter: ","})
	require.NoError(t, err)
	return i
}

func (w *world) run(t *testing.T, i bulkimport.Import) job.Progress {
	t.Helper()
	suggested, err := w.imports.Suggest(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	mapping := suggested.Mapping()
	if column, err := i.ColumnNamed("email"); err == nil { // also where no value is an address
		mapping["primary_email"] = bulkimport.FromColumn(column)
	}
	_, err = w.imports.SetMapping(t.Context(), w.scope, i.ID, i.Version, mapping,
		bulkimport.Settings{Optional: []string{"primary_email"}})
	require.NoError(t, err)
	_, err = w.imports.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	done, err := w.imports.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	return done
}

// failed are the failed rows of an import as CSV.
func (w *world) failed(t *testing.T, id uuid.UUID) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, w.imports.FailedRows(t.Context(), w.scope, id, &out))
	return out.String()
}
