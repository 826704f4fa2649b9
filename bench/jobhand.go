package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/storage/sqlstore"
)

// bareStep is a claim and a commit of a job by hand, each in a transaction, without any check in Go.
type bareStep struct {
	ctx                   context.Context
	pool                  *sql.DB
	id                    string
	row                   int
	lock, claim, end, add string
}

func newBareStep(ctx context.Context, d database, pool *sql.DB, id uuid.UUID) *bareStep {
	text := func(q string) string {
		q = strings.ReplaceAll(q, "{", sqlstore.DefaultPrefix)
		if d.dialect != sqlstore.PostgreSQL {
			return q
		}
		parts := strings.Split(q, "?")
		q = parts[0]
		for i, part := range parts[1:] {
			q += "$" + strconv.Itoa(i+1) + part
		}
		return q
	}
	lock := "SELECT * FROM {jobs WHERE org_id = ? AND id = ? FOR UPDATE"
	if d.dialect == sqlstore.SQLite {
		lock = strings.TrimSuffix(lock, " FOR UPDATE")
	}
	return &bareStep{
		ctx: ctx, pool: pool, id: id.String(), lock: text(lock),
		claim: text("UPDATE {jobs SET attempt = attempt + 1, lease_worker = 'w', lease_until = ?, tried_at = ?" +
			" WHERE org_id = ? AND id = ?"),
		end: text("UPDATE {jobs SET cursor_text = ?, failed = failed + 1, lease_worker = '', lease_until = NULL," +
			" version = version + 1 WHERE org_id = ? AND id = ?"),
		add: text("INSERT INTO {job_entries (org_id, job_id, seq, ref, status, reason, detail, data)" +
			" VALUES (?, ?, ?, 'a', 'FAILED', 'because', '', '')"),
	}
}

func (b *bareStep) do() error {
	b.row++
	err := b.inTx(func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(b.ctx, b.claim, b.row, b.row, string(org), b.id); err != nil {
			return err
		}
		rows, err := tx.QueryContext(b.ctx, b.lock, string(org), b.id)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			continue
		}
		return rows.Err()
	})
	if err != nil {
		return err
	}
	return b.inTx(func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(b.ctx, b.end, strconv.Itoa(b.row), string(org), b.id); err != nil {
			return err
		}
		_, err := tx.ExecContext(b.ctx, b.add, string(org), b.id, b.row)
		return err
	})
}

func (b *bareStep) inTx(fn func(*sql.Tx) error) error {
	tx, err := b.pool.BeginTx(b.ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// counting returns the library over a pool of its own that counts the statements that it runs, without those
// that begin and end a transaction.
func counting(ctx context.Context, d database, pool *sql.DB) (*atomic.Int64, *sqlstore.DB, error) {
	n := &atomic.Int64{}
	db, err := sqlstore.New(ctx, sql.OpenDB(counter{pool, n}), d.dialect, sqlstore.Options{})
	return n, db, err
}

// counter connects through another pool's driver.
type counter struct {
	pool *sql.DB
	n    *atomic.Int64
}

// Connect takes a connection out of the pool for good.
func (c counter) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var inner driver.Conn
	err = conn.Raw(func(raw any) error {
		inner = raw.(driver.Conn)
		return nil
	})
	return countedConn{inner, c.n}, err
}

// Driver implements driver.Connector.
func (c counter) Driver() driver.Driver { return c.pool.Driver() }

// countedConn prepares each statement, so that it is counted when it runs.
type countedConn struct {
	driver.Conn
	n *atomic.Int64
}

// BeginTx implements driver.ConnBeginTx.
func (c countedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c countedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	return countedStmt{stmt, c.n}, err
}

type countedStmt struct {
	driver.Stmt
	n *atomic.Int64
}

// QueryContext implements driver.StmtQueryContext.
func (s countedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.n.Add(1)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

// ExecContext implements driver.StmtExecContext.
func (s countedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.n.Add(1)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}
