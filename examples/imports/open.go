package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/google/uuid"
	_ "modernc.org/sqlite" // the host chooses the driver

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/people"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// org is the tenant of this demonstration.
const org admin.OrgID = "acme"

// walkthrough is one walk through an import.
type walkthrough struct {
	out    io.Writer
	err    error // the first error of writing
	pool   *sql.DB
	center *admincenter.Center
	scope  admin.Scope
	id     uuid.UUID // of the import

	corrected uuid.UUID // the import of the rows that failed
	vendors   *vendors  // of the host's own

	// What a screen keeps while a person maps.
	mapping  bulkimport.Mapping
	settings bulkimport.Settings
}

func open(ctx context.Context, file string, out io.Writer) (*walkthrough, error) {
	dsn := "file:" + (&url.URL{Path: file}).EscapedPath() +
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"
	pool, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	w := &walkthrough{out: out, pool: pool, scope: admin.System(org),
		vendors: &vendors{names: map[string]string{}, answers: map[string]bulkimport.Outcome{}}}
	if err := w.wire(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return w, nil
}

func (w *walkthrough) wire(ctx context.Context) error {
	db, err := sqlstore.New(ctx, w.pool, sqlstore.SQLite, sqlstore.Options{})
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	w.center, err = admincenter.New(db, admincenter.Options{
		Imports: bulkimport.Options{Types: []bulkimport.Type{
			{Schema: customers()}, {Schema: vendorSchema(), Target: w.vendors},
		}},
	})
	if err != nil {
		return err
	}
	_, _, err = w.center.People.CreateOrganization(ctx, people.NewOrganization{
		ID: org, Name: "Acme", Admin: people.NewAdmin{Name: "Ann", Email: "ann@acme.example"},
	})
	return err
}

// customers are the library's customers with a field of this host's, which becomes a name in their metadata.
func customers() bulkimport.Schema {
	s := bulkimport.Customers()
	s.Fields = append(s.Fields, bulkimport.Field{
		Name: "customer_since", Label: "Customer since", Kind: bulkimport.Date,
		Aliases: []string{"kunde seit", "client since"},
	})
	return s
}

func (w *walkthrough) say(format string, args ...any) {
	if w.err == nil {
		_, w.err = fmt.Fprintf(w.out, format+"\n", args...)
	}
}
