package dbtest

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// newImports is the importer of a new organization, acme.
func newImports(t *testing.T, db *sqlstore.DB, o bulkimport.Options) *bulkimport.Service {
	t.Helper()
	scope := admin.System("acme")
	runtime := admin.Runtime{}.WithDefaults()
	first := people.User{ID: uuid.Must(uuid.NewV7()), Email: people.Email{Key: "a@x.example"}, CreatedAt: runtime.Instant(), UpdatedAt: runtime.Instant(), Version: 1}
	require.NoError(t, db.Organizations().Create(t.Context(), people.Organization{ID: "acme", Name: "Acme", CreatedAt: runtime.Instant(), Version: 1}, first,
		people.Credential{UserID: first.ID}, runtime.Record(scope, "organization.create", admin.Subject{Kind: "organization"})))
	ports := func(s storage.Stores) bulkimport.Ports {
		return bulkimport.Ports{Imports: s.Imports(), Jobs: s.Jobs(), Customers: s.Customers(), Accounts: s.Accounts()}
	}
	outside := ports(db)
	outside.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		return db.InTx(ctx, func(s storage.Stores) error { return fn(ports(s)) })
	}
	s, err := bulkimport.NewService(outside, o)
	require.NoError(t, err)

	return s
}

// Each step over blank rows is one small transaction, however many of them a file has.
func TestSQLiteStepsOverBlankRowsAreBounded(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	db, err := sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	s := newImports(t, db, bulkimport.Options{})
	scope := admin.System("acme")
	const blank = 20_000
	i, err := s.Upload(t.Context(), scope, bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "f.csv",
		Content: strings.NewReader("id,name,primary_email\nc1,Lumen,a@x.example\n" + strings.Repeat("\n", blank) + "c2,Orbit,a@x.example\n")})
	require.NoError(t, err)
	suggested, err := s.Suggest(t.Context(), scope, i.ID)
	require.NoError(t, err)
	_, err = s.SetMapping(t.Context(), scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	_, err = s.Start(t.Context(), scope, i.ID)
	require.NoError(t, err)
	steps := 0
	p, err := s.Run(t.Context(), scope, i.ID, func(job.Progress) { steps++ })
	require.NoError(t, err)
	require.EqualValues(t, 2, p.Counts.Completed)
	require.Greater(t, steps, blank/500)
}

// A rule that the importer knows nothing of refuses some rows; the others of their batch are
// written.
func TestSQLiteImportsTheRestWhereTheDatabaseRefusesRows(t *testing.T) {
	pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
	db, err := sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{})
	require.NoError(t, err)
	require.NoError(t, db.Migrate(t.Context()))
	_, err = pool.ExecContext(t.Context(), `CREATE TRIGGER host_rule BEFORE INSERT ON admincenter_customers WHEN NEW.name = 'boom'
		BEGIN SELECT RAISE(ABORT, 'not here'); END`)
	require.NoError(t, err)

	s := newImports(t, db, bulkimport.Options{BatchRows: 50})
	scope := admin.System("acme")
	const rows = 120
	var text strings.Builder
	text.WriteString("id,name,primary_email\n")
	var want []int64
	for i := 1; i <= rows; i++ {
		name := fmt.Sprintf("Customer %d", i)
		if i%33 == 0 {
			name = "boom"
			want = append(want, int64(i))
		}
		fmt.Fprintf(&text, "c%d,%s,a@x.example\n", i, name)
	}
	i, err := s.Upload(t.Context(), scope, bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "f.csv", Content: strings.NewReader(text.String())})
	require.NoError(t, err)
	suggested, err := s.Suggest(t.Context(), scope, i.ID)
	require.NoError(t, err)
	_, err = s.SetMapping(t.Context(), scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
	require.NoError(t, err)
	_, err = s.Start(t.Context(), scope, i.ID)
	require.NoError(t, err)
	p, err := s.Run(t.Context(), scope, i.ID, nil)
	require.NoError(t, err)
	require.EqualValues(t, rows-len(want), p.Counts.Completed)

	page, err := s.Errors(t.Context(), scope, i.ID, admin.Query{})
	require.NoError(t, err)
	var got []int64
	for _, r := range page.Items {
		got = append(got, r.Number)
		require.Equal(t, bulkimport.CodeRefused, r.Errors[0].Code)
		require.Equal(t, "boom", r.Cells[1])
	}
	require.Equal(t, want, got)
	all, err := db.Customers().List(t.Context(), "acme", customer.Filter{}, admin.Seek[string]{Limit: 500})
	require.NoError(t, err)
	require.Len(t, all, rows-len(want))
}

// A rule that the importer knows nothing of refuses customers after their accounts were written: these are taken back.
func TestSQLiteTakesBackAccountsWhoseCustomersAreRefused(t *testing.T) {
	for _, batch := range []int{1, 50} {
		t.Run(fmt.Sprintf("batches of %d", batch), func(t *testing.T) {
			pool := sqlitePool(t, filepath.Join(t.TempDir(), "admin.db"))
			db, err := sqlstore.New(t.Context(), pool, sqlstore.SQLite, sqlstore.Options{})
			require.NoError(t, err)
			require.NoError(t, db.Migrate(t.Context()))
			for _, event := range []string{"INSERT", "UPDATE"} {
				_, err = pool.ExecContext(t.Context(), `CREATE TRIGGER host_rule_`+event+` BEFORE `+event+
					` ON admincenter_customers WHEN NEW.city = 'boom' BEGIN SELECT RAISE(ABORT, 'not here'); END`)
				require.NoError(t, err)
			}
			s := newImports(t, db, bulkimport.Options{BatchRows: batch})
			scope := admin.System("acme")
			i, err := s.Upload(t.Context(), scope, bulkimport.UploadInput{Type: bulkimport.CustomerAccountsType, FileName: "f.csv",
				Content: strings.NewReader("id,name,customer_id,customer_name,customer_primary_email,customer_city\n" +
					"a1,Main,c1,One Ltd,a@x.example,boom\na2,Main,c2,Two Ltd,a@x.example,\na3,Main,c2,,,boom\na4,Main,c2,,,\n")})
			require.NoError(t, err)
			suggested, err := s.Suggest(t.Context(), scope, i.ID)
			require.NoError(t, err)
			_, err = s.SetMapping(t.Context(), scope, i.ID, i.Version, suggested.Mapping(), bulkimport.Settings{})
			require.NoError(t, err)
			_, err = s.Start(t.Context(), scope, i.ID)
			require.NoError(t, err)
			_, err = s.Run(t.Context(), scope, i.ID, nil)
			require.NoError(t, err)
			page, err := s.Errors(t.Context(), scope, i.ID, admin.Query{})
			require.NoError(t, err)
			require.Len(t, page.Items, 2)
			for k, row := range page.Items {
				require.Equal(t, int64(1+2*k), row.Number)
				require.Equal(t, bulkimport.CodeRefused, row.Errors[0].Code)
			}
			accounts, err := db.Accounts().List(t.Context(), "acme", customer.AccountFilter{}, admin.Seek[string]{Limit: 9})
			require.NoError(t, err)
			require.Len(t, accounts, 2)
			customers, err := db.Customers().List(t.Context(), "acme", customer.Filter{}, admin.Seek[string]{Limit: 9})
			require.NoError(t, err)
			require.Len(t, customers, 1)
			require.Empty(t, customers[0].Address.City)
		})
	}
}
