package dbtest

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/planmigration"
	"github.com/admincenter/admincenter/storage/sqlstore"
)

// counter is a driver that counts the statements that are run.
type counter struct {
	driver.Connector
	statements atomic.Int64 // a lease is renewed on a goroutine of its own
}

// Connect implements driver.Connector.
func (c *counter) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	return countedConn{conn, c}, err
}

// countedConn prepares every statement, so that it is counted when it runs.
type countedConn struct {
	driver.Conn
	counter *counter
}

// BeginTx implements driver.ConnBeginTx.
func (c countedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	return c.Conn.(driver.ConnBeginTx).BeginTx(ctx, o)
}

// PrepareContext implements driver.ConnPrepareContext.
func (c countedConn) PrepareContext(ctx context.Context, text string) (driver.Stmt, error) {
	stmt, err := c.Conn.(driver.ConnPrepareContext).PrepareContext(ctx, text)
	return countedStmt{stmt, c.counter}, err
}

type countedStmt struct {
	driver.Stmt
	counter *counter
}

// QueryContext implements driver.StmtQueryContext.
func (s countedStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.counter.statements.Add(1)
	return s.Stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
}

// ExecContext implements driver.StmtExecContext.
func (s countedStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.counter.statements.Add(1)
	return s.Stmt.(driver.StmtExecContext).ExecContext(ctx, args)
}

// A batch of any size costs the same number of statements, and a run some that are its own.
func TestPlanMigrationStatements(t *testing.T) {
	onEach(t, func(t *testing.T, s server) {
		run := map[int]int{} // statements by batch
		for _, batch := range []int{100, planmigration.DefaultBatch} {
			m := newMovers(t, s, 2000, batch)
			created := m.create(t, planmigration.Immediate)
			pool, err := sql.Open(m.place.Driver, m.place.DSN)
			require.NoError(t, err)
			defer pool.Close()
			count := &counter{Connector: dsnConnector{m.place.DSN, pool.Driver()}}
			counted := sql.OpenDB(count)
			defer counted.Close()
			db, err := sqlstore.New(t.Context(), counted, m.place.Dialect, sqlstore.Options{})
			require.NoError(t, err)
			center := importCenter(t, db, batch)
			count.statements.Store(0)
			p, err := center.Migrations.Run(t.Context(), m.scope, created.ID, nil)
			require.NoError(t, err)
			require.EqualValues(t, 2000, p.Counts.Completed)
			run[batch] = int(count.statements.Load())
			t.Logf("batches of %d: %.3f statements an account", batch, float64(run[batch])/2000)
			require.LessOrEqual(t, run[batch], 2000/batch*20+40)
			if batch == planmigration.DefaultBatch {
				require.Less(t, float64(run[batch])/2000, 0.05)
			}
		}
	})
}
