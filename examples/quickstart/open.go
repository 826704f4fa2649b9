package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"

	_ "modernc.org/sqlite" // the host chooses the driver

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// tour is one walk through the Admin Center.
type tour struct {
	screen
	o      options
	pool   *sql.DB
	center *admincenter.Center
	scope  admin.Scope // the administrator's, once she has signed in
}

// org is the tenant of this demonstration.
const org admin.OrgID = "acme"

// open opens the database, brings its schema up to date and makes the Admin Center over it.
func open(ctx context.Context, o options, w io.Writer) (*tour, error) {
	pool, err := sql.Open("sqlite", dsn(o.db))
	if err != nil {
		return nil, err
	}
	t := &tour{screen: screen{w: w}, o: o, pool: pool}
	if err := t.wire(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", o.db, err), pool.Close())
	}
	return t, nil
}

// dsn is the data source name of a file, with what sqlstore.New asks for.
func dsn(file string) string {
	return "file:" + (&url.URL{Path: file}).EscapedPath() +
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"
}

func (t *tour) wire(ctx context.Context) error {
	db, err := sqlstore.New(ctx, t.pool, sqlstore.SQLite, sqlstore.Options{})
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx); err != nil {
		return err
	}
	// Small batches, so that there is some progress to see.
	t.center, err = admincenter.New(db, admincenter.Options{Imports: bulkimport.Options{BatchRows: 20}})
	return err
}
