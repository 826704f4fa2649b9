package river_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter"
	adminriver "github.com/admincenter/admincenter/host/river"
)

// Only a commit wakes, and a connection that was lost is made again.
func TestListenWakesWhenAJobBecomesDue(t *testing.T) {
	s := setups()[0]
	h := s.newHost(t, config{})
	id := h.upload(t, 10)
	notifying, err := admincenter.New(h.db, admincenter.Options{Announce: adminriver.Notify("Due jobs")})
	require.NoError(t, err)

	ctx, cancel := context.WithCancel(t.Context())
	woken, ended := make(chan struct{}, 100), make(chan error, 1)
	tries := 0
	connect := func(ctx context.Context) (*pgx.Conn, error) {
		if tries++; tries == 1 {
			return nil, errors.New("not yet")
		}
		return pgx.Connect(ctx, h.dsn)
	}
	go func() {
		ended <- adminriver.Listen(ctx, connect, "Due jobs", func() { woken <- struct{}{} }, adminriver.Options{})
	}()
	<-woken // it listens

	tx, err := h.pool.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = notifying.In(h.db.WithTx(tx)).Imports.Start(t.Context(), h.scope, id)
	require.NoError(t, err)
	require.NoError(t, tx.Rollback())
	_, err = h.pool.ExecContext(t.Context(), "SELECT pg_notify('due jobs', '')") // another channel
	require.NoError(t, err)
	_, err = notifying.Imports.Start(t.Context(), h.scope, id)
	require.NoError(t, err)
	<-woken
	require.Empty(t, woken, "once, for the commit")

	_, err = h.pool.ExecContext(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'")
	require.NoError(t, err)
	<-woken // it listens again
	cancel()
	require.NoError(t, <-ended)
}
