package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

// fake is a database that answers as a test wants it to and keeps what it was asked, for what no
// real one does when asked: losing its answer to a COMMIT, say.
type fake struct {
	mu  sync.Mutex
	log []string
	// fail gives the error of a statement, of "BEGIN", "COMMIT" or "ROLLBACK"; n counts the times
	// that this very statement came, from 1.
	fail func(statement string, n int) error
	// affected is how many rows a statement changes; 1 if it is nil.
	affected func(statement string) int64
	// rows answers queries; none if it is nil.
	rows  func(query string) [][]driver.Value
	times map[string]int
}

// sent is how often a statement came. database/sql rolls back from a goroutine of its own.
func (f *fake) sent(statement string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.times[statement]
}

func (f *fake) ask(statement string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, statement)
	if f.times == nil {
		f.times = map[string]int{}
	}
	f.times[statement]++
	if f.fail == nil {
		return nil
	}
	return f.fail(statement, f.times[statement])
}

var firstWords = regexp.MustCompile(`^(INSERT INTO|ROLLBACK TO SAVEPOINT|RELEASE SAVEPOINT|\w+) \w+`)

// asked is the beginnings of what the database was asked since the last call, the look at the
// connection aside.
func (f *fake) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var out []string
	for _, s := range f.log {
		if strings.HasPrefix(s, "PRAGMA") || strings.Contains(s, "pragma_") {
			continue
		}
		if m := firstWords.FindString(s); m != "" {
			s = m
		}
		out = append(out, strings.Replace(s, " "+DefaultPrefix, " ", 1))
	}
	f.log = nil
	return out
}

// newFake opens a DB over f.
func newFake(t *testing.T, f *fake, o Options) *DB {
	t.Helper()
	pool := sql.OpenDB(fakeConnector{f})
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	db, err := New(t.Context(), pool, SQLite, o)
	require.NoError(t, err)
	return db
}

type fakeConnector struct{ f *fake }

func (c fakeConnector) Connect(context.Context) (driver.Conn, error) { return fakeConn(c), nil }
func (fakeConnector) Driver() driver.Driver                          { return nil }

type fakeConn struct{ f *fake }

func (c fakeConn) Prepare(query string) (driver.Stmt, error) {
	return fakeStmt{c, query}, c.f.ask("PREPARE " + query)
}
func (fakeConn) Close() error                { return nil }
func (c fakeConn) Begin() (driver.Tx, error) { return fakeTx(c), c.f.ask("BEGIN") }

func (c fakeConn) ExecContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Result, error) {
	if err := c.f.ask(query); err != nil {
		return nil, err
	}
	if c.f.affected != nil {
		return driver.RowsAffected(c.f.affected(query)), nil
	}
	return driver.RowsAffected(1), nil
}

func (c fakeConn) QueryContext(_ context.Context, query string, _ []driver.NamedValue) (driver.Rows, error) {
	if err := c.f.ask(query); err != nil {
		return nil, err
	}
	switch {
	case query == "PRAGMA foreign_keys":
		return newRows([]driver.Value{int64(1)}), nil
	case query == "PRAGMA busy_timeout":
		return newRows([]driver.Value{int64(5000)}), nil
	case strings.Contains(query, "pragma_database_list"):
		return newRows([]driver.Value{"/admin.db"}), nil
	case c.f.rows != nil:
		return newRows(c.f.rows(query)...), nil
	}
	return newRows(), nil
}

// fakeStmt is a statement that a connection keeps.
type fakeStmt struct {
	conn  fakeConn
	query string
}

func (s fakeStmt) Close() error  { return s.conn.f.ask("CLOSE " + s.query) }
func (s fakeStmt) NumInput() int { return -1 }
func (s fakeStmt) Exec([]driver.Value) (driver.Result, error) {
	return s.conn.ExecContext(context.Background(), "PREPARED "+s.query, nil)
}
func (s fakeStmt) Query([]driver.Value) (driver.Rows, error) {
	return s.conn.QueryContext(context.Background(), "PREPARED "+s.query, nil)
}

type fakeTx struct{ f *fake }

func (t fakeTx) Commit() error   { return t.f.ask("COMMIT") }
func (t fakeTx) Rollback() error { return t.f.ask("ROLLBACK") }

type fakeRows struct {
	rows  [][]driver.Value
	width int
}

func newRows(rows ...[]driver.Value) *fakeRows {
	r := &fakeRows{rows: rows}
	if len(rows) > 0 {
		r.width = len(rows[0])
	}
	return r
}

func (r *fakeRows) Columns() []string { return make([]string, r.width) }
func (r *fakeRows) Close() error      { return nil }
func (r *fakeRows) Next(into []driver.Value) error {
	if len(r.rows) == 0 {
		return io.EOF
	}
	copy(into, r.rows[0])
	r.rows = r.rows[1:]
	return nil
}

// coded is a driver's error with a result code.
type coded struct {
	code int
	text string
}

func (e coded) Error() string { return e.text }
func (e coded) Code() int     { return e.code }

var (
	errDiskFull  = coded{13, "database or disk is full (13)"}
	errBusy      = coded{sqliteBusy, "database is locked (5) (SQLITE_BUSY)"}
	errDuplicate = coded{sqlitePrimaryKey, "constraint failed: UNIQUE constraint failed: t.id (1555)"}
	errCheck     = coded{sqliteCheck, "CHECK constraint failed: status"}
)

func aRecord() admin.Record {
	return admin.Record{
		ID: uuid.MustParse("0195a2b3-0000-7000-8000-000000000001"), At: time.Unix(1, 0).UTC(),
		Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "test.do", Subject: admin.Subject{Kind: "test"},
	}
}
