package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// bareOrg is the organization whose rows the bare loop writes.
const bareOrg admin.OrgID = "bare"

// bareChunk and bareTx are the rows of a statement and of a transaction of the bare loop.
const (
	bareChunk = 500
	bareTx    = 10_000
)

// bareColumns are the columns of the library's table of customers.
func bareColumns() []string {
	return []string{
		"org_id", "id", "name", "primary_email", "phone_number", "line1", "line2", "postal_code", "city", "state", "country",
		"metadata", "status", "search", "created_at", "updated_at", "version", "restored_version",
	}
}

// bareRows writes a file into the library's table of customers as fast as the driver takes rows: by COPY on PostgreSQL,
// by prepared statements of many rows elsewhere.
func bareRows(ctx context.Context, d database, pool *sql.DB, file []byte) error {
	if d.dialect == sqlstore.PostgreSQL {
		return bareCopy(ctx, pool, file)
	}
	text := "INSERT INTO admincenter_customers (" + strings.Join(bareColumns(), ", ") + ") VALUES "
	row := "(" + strings.Repeat("?, ", len(bareColumns())-1) + "?)"
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	insert, err := conn.PrepareContext(ctx, text+strings.Repeat(row+", ", bareChunk-1)+row)
	if err != nil {
		return err
	}
	defer insert.Close()
	rows := newBareReader(file)
	for done := false; !done; {
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		if done, err = bareInserts(ctx, tx, tx.StmtContext(ctx, insert), text, row, rows); err != nil {
			return errors.Join(err, tx.Rollback())
		}
		if err := tx.Commit(); err != nil {
			return err
		}
	}
	return nil
}

// bareInserts writes the rows of one transaction and reports whether they were the last.
func bareInserts(
	ctx context.Context, tx *sql.Tx, insert *sql.Stmt, text, row string, rows *bareReader,
) (done bool, err error) {
	args := make([]any, 0, bareChunk*len(bareColumns()))
	for range bareTx / bareChunk {
		args = args[:0]
		n := 0
		for ; n < bareChunk; n++ {
			if args, err = rows.next(args); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return false, err
			}
		}
		err = nil
		switch {
		case n == bareChunk:
			_, err = insert.ExecContext(ctx, args...)
		case n > 0:
			_, err = tx.ExecContext(ctx, text+strings.Repeat(row+", ", n-1)+row, args...)
		}
		if err != nil || n < bareChunk {
			return true, err
		}
	}
	return false, nil
}

func bareCopy(ctx context.Context, pool *sql.DB, file []byte) error {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	rows := newBareReader(file)
	return conn.Raw(func(raw any) error {
		_, err := raw.(*stdlib.Conn).Conn().CopyFrom(ctx, pgx.Identifier{"admincenter_customers"}, bareColumns(),
			pgx.CopyFromFunc(func() ([]any, error) {
				row, err := rows.next(nil)
				if errors.Is(err, io.EOF) {
					return nil, nil
				}
				return row, err
			}))
		return err
	})
}

// bareReader reads rows of the table from a file.
type bareReader struct{ csv *csv.Reader }

func newBareReader(file []byte) *bareReader {
	r := csv.NewReader(bytes.NewReader(file))
	r.ReuseRecord = true
	_, _ = r.Read() // the header
	return &bareReader{r}
}

// next appends the values of the next row.
func (r *bareReader) next(into []any) ([]any, error) {
	c, err := r.csv.Read()
	if err != nil {
		return into, err
	}
	names := clientColumns()
	var json strings.Builder
	for k, name := range names[6:] {
		json.WriteByte("{,"[min(k, 1)])
		json.WriteString(`"` + name + `":"` + c[6+k] + `"`)
	}
	json.WriteByte('}')
	return append(into, string(bareOrg), c[0], c[1], c[2], "", c[3], "", "", c[4], "", c[5], json.String(), "ACTIVE",
		strings.ToLower(c[0]+"\n"+c[1]+"\n"+c[2]), int64(1), int64(1), int64(1), int64(0)), nil
}
