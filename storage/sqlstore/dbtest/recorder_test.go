package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// recorder is a driver that remembers the statements that pass through it while it is asked to.
type recorder struct {
	driver.Connector
	mu      sync.Mutex
	on      bool
	queries []query
}

// query is one statement with its arguments.
type query struct {
	text string
	args []any
}

// newRecorder opens a database through a recorder.
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
		c.recorder.add(text, args)
	}
	return rows, err
}

// ExecContext implements driver.ExecerContext.
func (c recordedConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	result, err := c.Conn.(driver.ExecerContext).ExecContext(ctx, text, args)
	if !errors.Is(err, driver.ErrSkip) {
		c.recorder.add(text, args)
	}
	return result, err
}

// ResetSession implements driver.SessionResetter.
func (c recordedConn) ResetSession(ctx context.Context) error {
	if r, ok := c.Conn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// IsValid implements driver.Validator.
func (c recordedConn) IsValid() bool {
	v, ok := c.Conn.(driver.Validator)
	return !ok || v.IsValid()
}

// CheckNamedValue implements driver.NamedValueChecker.
func (c recordedConn) CheckNamedValue(v *driver.NamedValue) error {
	if checker, ok := c.Conn.(driver.NamedValueChecker); ok {
		return checker.CheckNamedValue(v)
	}
	return driver.ErrSkip
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
	s.recorder.add(s.text, args)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

// ExecContext implements driver.StmtExecContext.
func (s recordedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.recorder.add(s.text, args)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// record is what runs while fn does.
func (r *recorder) record(fn func()) []query {
	r.mu.Lock()
	r.on, r.queries = true, nil
	r.mu.Unlock()
	fn()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.on = false
	return r.queries
}

func (r *recorder) add(text string, args []driver.NamedValue) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.on {
		return
	}
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
