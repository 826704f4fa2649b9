package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/admincenter/admincenter"
	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

const importRows = 10_000

// imports compares a whole import into SQLite, from upload to the last row, with a loop that reads
// the same file with encoding/csv and inserts row by row in one transaction, checking nothing.
func imports(ctx context.Context) ([]comparison, error) {
	file := customersFile()
	return []comparison{{
		name: "import.sqlite/insert-loop",
		ours: func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				pool, done := openPool(b)
				db, err := sqlstore.New(ctx, pool, sqlstore.SQLite, sqlstore.Options{})
				fatal(b, err)
				fatal(b, db.Migrate(ctx))
				c, err := center(ctx, db, admincenter.Options{})
				fatal(b, err)
				b.StartTimer()
				fatal(b, importFile(ctx, c, file))
				b.StopTimer()
				done()
				b.StartTimer()
			}
		},
		other: func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				pool, done := openPool(b)
				_, err := pool.ExecContext(ctx, `CREATE TABLE customers (
					id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, city TEXT, country TEXT
				) STRICT, WITHOUT ROWID`)
				fatal(b, err)
				b.StartTimer()
				fatal(b, insertLoop(ctx, pool, file))
				b.StopTimer()
				done()
				b.StartTimer()
			}
		},
	}}, nil
}

func customersFile() []byte {
	var f bytes.Buffer
	f.WriteString("id,name,primary_email,city,country\n")
	for i := range importRows {
		fmt.Fprintf(&f, "c-%06d,\"Customer, No. %d\",billing%d@customer.example,München,Germany\n", i, i, i)
	}
	return f.Bytes()
}

func importFile(ctx context.Context, c *admincenter.Center, file []byte) error {
	scope := admin.System(org)
	imp, err := c.Imports.Upload(ctx, scope,
		bulkimport.UploadInput{Type: bulkimport.CustomersType, FileName: "bench.csv", Content: bytes.NewReader(file)})
	if err != nil {
		return err
	}
	suggested, err := c.Imports.Suggest(ctx, scope, imp.ID)
	if err != nil {
		return err
	}
	_, err = c.Imports.SetMapping(ctx, scope, imp.ID, imp.Version, suggested.Mapping(), bulkimport.Settings{})
	if err != nil {
		return err
	}
	if _, err := c.Imports.Start(ctx, scope, imp.ID); err != nil {
		return err
	}
	p, err := c.Imports.Run(ctx, scope, imp.ID, nil)
	if err == nil && p.Counts.Completed != importRows {
		err = fmt.Errorf("%d of %d rows were imported", p.Counts.Completed, importRows)
	}
	return err
}

func insertLoop(ctx context.Context, pool *sql.DB, file []byte) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	insert, err := tx.PrepareContext(ctx, `INSERT INTO customers (id, name, email, city, country) VALUES (?, ?, ?, ?, ?)`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	rows := csv.NewReader(bytes.NewReader(file))
	if _, err := rows.Read(); err != nil {
		return err
	}
	for {
		r, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return tx.Commit()
		} else if err != nil {
			return err
		}
		if _, err := insert.ExecContext(ctx, r[0], r[1], r[2], r[3], r[4]); err != nil {
			return err
		}
	}
}

// openPool is a database file of its own.
func openPool(b *testing.B) (*sql.DB, func()) {
	dir, err := os.MkdirTemp("", "admincenter-bench")
	fatal(b, err)
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "bench.db")+
		"?_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)")
	fatal(b, err)
	return pool, func() { _, _ = pool.Close(), os.RemoveAll(dir) }
}

func fatal(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}
