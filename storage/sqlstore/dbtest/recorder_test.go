package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
)

// recorder is a driver that remembers the queries that pass through it, but not what is executed.
type recorder struct {
	driver.Connector
	queries []query
}

// query is one statement with its arguments.
type query struct {
	text string
	args []any
}

// newRecorder opens a database for one goroutine.
func newRecorder(t *testing.T, name, dsn string) (*recorder, *sql.DB) {
	t.Helper()
	pool, err := sql.Open(name, dsn)
	require.NoError(t, err)
	defer pool.Close()
	r := &recorder{Connector: dsnConnector{dsn, pool.Driver()}}
	recorded := sql.OpenDB(r)
	t.Cleanup(func() { require.NoError(t, recorded.Close()) })
	return r, recorded
}

// Connect implements driver.Connector.
func (r *recorder) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := r.Connector.Connect(ctx)
	return recordedConn{conn, r}, err
}

type recordedConn struct {
	driver.Conn
	recorder *recorder
}

// QueryContext implements driver.QueryerContext.
func (c recordedConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	rows, err := c.Conn.(driver.QueryerContext).QueryContext(ctx, text, args)
	if !errors.Is(err, driver.ErrSkip) { // which asks for PrepareContext instead
		c.recorder.record(text, args)
	}
	return rows, err
}

// BeginTx implements driver.ConnBeginTx.
func (c recordedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c recordedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	return recordedStmt{stmt, text, c.recorder}, err
}

type recordedStmt struct {
	driver.Stmt
	text     string
	recorder *recorder
}

// QueryContext implements driver.StmtQueryContext.
func (s recordedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.recorder.record(s.text, args)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

// ExecContext implements driver.StmtExecContext.
func (s recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

func (r *recorder) record(text string, args []driver.NamedValue) {
	q := query{text: text}
	for _, a := range args {
		q.args = append(q.args, a.Value)
	}
	r.queries = append(r.queries, q)
}

// dsnConnector is the connector of a driver that may have none.
type dsnConnector struct {
	dsn    string
	driver driver.Driver
}

// Connect implements driver.Connector.
func (c dsnConnector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver implements driver.Connector.
func (c dsnConnector) Driver() driver.Driver { return c.driver }
